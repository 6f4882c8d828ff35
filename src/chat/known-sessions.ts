/**
 * Of whom this server knows that they have a session. It only saves a reading of who most likely has none, and may be wrong in both
 * directions: another server changes sessions too, and of two people with the same place the last one is remembered.
 */
import type { Openid } from "../core/openid.ts"
import { placeOf } from "./place.ts"

/** A power of two: as many as press 配对 and press it again within a minute, on a large campus. */
const places = 8_192

export class KnownSessions {
  readonly #people: Array<Openid | undefined> = Array.from({ length: places }, () => undefined)

  learn(openid: Openid, isStored: boolean): void {
    const place = placeOf(openid, places)
    if (isStored) this.#people[place] = openid
    else if (this.#people[place] === openid) this.#people[place] = undefined
  }

  has(openid: Openid): boolean {
    return this.#people[placeOf(openid, places)] === openid
  }
}
