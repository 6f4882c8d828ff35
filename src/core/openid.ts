import { Schema } from "effect"

const openidPattern = /^[A-Za-z0-9_-]{1,64}$/

/**
 * WeChat's name for one follower of one account: about 28 characters of `[A-Za-z0-9_-]` (length is not documented).
 * Bounded so that it always fits a memcached key together with its prefix.
 */
export const Openid = Schema.String.check(Schema.isPattern(openidPattern)).pipe(Schema.brand("Openid"))

export type Openid = typeof Openid.Type

/** Like `Schema.is`, but without its interpreter, since this runs for every message. */
export const isOpenid = (text: string): text is Openid => openidPattern.test(text)
