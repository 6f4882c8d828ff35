/**
 * The sessions of which this server knows. That saves a reading of who most likely has none, and lets a session be missed that memcached
 * lost. It may be wrong in both directions: another server changes sessions too, and of two people with the same place the last one
 * is remembered.
 */
import type { Openid } from "../core/openid.ts"
import type { Session } from "../core/session.ts"
import { placeOf } from "./place.ts"

/** A power of two: as many as press 配对 and press it again within a minute, on a large campus. */
const places = 8_192

export class KnownSessions {
  readonly #people: Array<Openid | undefined> = Array.from({ length: places }, () => undefined)
  readonly #sessions: Array<Session | undefined> = Array.from({ length: places }, () => undefined)

  /** They have this one; `undefined`: none. */
  learn(openid: Openid, session: Session | undefined): void {
    const place = placeOf(openid, places)
    if (session === undefined && this.#people[place] !== openid) return
    this.#people[place] = session === undefined ? undefined : openid
    this.#sessions[place] = session
  }

  /** They are about to have one, if all goes well. */
  expect(openid: Openid): void {
    const place = placeOf(openid, places)
    this.#people[place] = openid
    this.#sessions[place] = undefined
  }

  /** Whether they have one, or may have. */
  has(openid: Openid): boolean {
    return this.#people[placeOf(openid, places)] === openid
  }

  /** The one that they had for certain. */
  of(openid: Openid): Session | undefined {
    return this.has(openid) ? this.#sessions[placeOf(openid, places)] : undefined
  }
}
