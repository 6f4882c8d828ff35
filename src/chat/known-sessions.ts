/**
 * Of whom this server knows that they have a session, and in which chat they are. That saves a reading of who most likely has none, and lets a
 * chat be missed that memcached lost. It may be wrong in both directions: another server changes sessions too, and of two people with the
 * same place the last one is remembered.
 */
import type { Openid } from "../core/openid.ts"
import type { RoomId } from "../core/room.ts"
import { type Session, stateNumbers } from "../core/session.ts"
import { placeOf } from "./place.ts"

/** A power of two: as many as press 配对 and press it again within a minute, on a large campus. */
const places = 8_192

/** To be copied, which takes a fortieth of the time of making one; simulations make thousands. */
const nothing: ReadonlyArray<undefined> = Array.from({ length: places })

export class KnownSessions {
  readonly #people: Array<Openid | undefined> = nothing.slice()
  /** Of those who are in a chat. */
  readonly #rooms: Array<RoomId | undefined> = nothing.slice()

  /** They have this one; `undefined`: none. */
  learn(openid: Openid, session: Session | undefined): void {
    const place = placeOf(openid, places)
    if (session === undefined && this.#people[place] !== openid) return
    this.#people[place] = session === undefined ? undefined : openid
    this.#rooms[place] = session !== undefined && isInChat(session) ? session.room : undefined
  }

  /** They are about to have one, if all goes well. */
  expect(openid: Openid): void {
    const place = placeOf(openid, places)
    this.#people[place] = openid
    this.#rooms[place] = undefined
  }

  /** Whether they have one, or may have. */
  has(openid: Openid): boolean {
    return this.#people[placeOf(openid, places)] === openid
  }

  /** The chat that they were in for certain. How a search goes on, another server may know. */
  chatOf(openid: Openid): RoomId | undefined {
    return this.has(openid) ? this.#rooms[placeOf(openid, places)] : undefined
  }
}

const isInChat = ({ state }: Session): boolean =>
  state === stateNumbers.paired || state === stateNumbers.shown
