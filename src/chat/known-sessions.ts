/**
 * Of whom this server knows that they have a session. It only saves a reading of who most likely has none, and may be wrong in both
 * directions: another server changes sessions too, and of two people with the same place the last one is remembered.
 */
import type { Openid } from "../core/openid.ts"

/** A power of two: as many as press 配对 and press it again within a minute, on a large campus. */
const places = 8_192

export class KnownSessions {
  readonly #people: Array<Openid | undefined> = Array.from({ length: places }, () => undefined)

  learn(openid: Openid, isStored: boolean): void {
    const place = placeOf(openid)
    if (isStored) this.#people[place] = openid
    else if (this.#people[place] === openid) this.#people[place] = undefined
  }

  has(openid: Openid): boolean {
    return this.#people[placeOf(openid)] === openid
  }
}

/** By the last characters: those of WeChat's openids are random, and fewer than all of them take a fraction of the time. */
const placeOf = (openid: Openid): number => {
  let place = 0
  for (let at = Math.max(0, openid.length - placingCharacters); at < openid.length; at += 1) {
    place = Math.imul(place, placingFactor) + openid.charCodeAt(at)
  }
  return place & (places - 1)
}

const placingCharacters = 6
/** Odd, so that no character is shifted out of the places. */
const placingFactor = 31
