import { Openid } from "../core/openid.ts"

/** As long as WeChat's. */
const openidLength = 28

export const numberedOpenid = (prefix: string, number: number): Openid =>
  Openid.make(prefix + String(number).padStart(openidLength - prefix.length, "0"))
