/**
 * Who has a session, and in which chat they are, as far as this server knows. It saves reading a session that most likely does
 * not exist, and shows that memcached lost a chat. It may be wrong in both directions: other servers change sessions too, and
 * of two people with the same place only the last one is remembered.
 */
import type { Openid } from "../core/openid.ts"
import type { RoomId } from "../core/room.ts"
import { type Session, stateNumbers } from "../core/session.ts"
import { placeOf } from "./place.ts"

/** A power of two: as many as press 配对 and press it again within a minute, on a large campus. */
const places = 8_192

/** An empty table to copy: 40 times faster than building one, and a simulation needs thousands. */
const nothing: ReadonlyArray<undefined> = Array.from({ length: places })

export class KnownSessions {
  readonly #people: Array<Openid | undefined> = nothing.slice()
  /** Of those who are in a chat. */
  readonly #rooms: Array<RoomId | undefined> = nothing.slice()

  /** The user has this session; `undefined`: none. */
  learn(openid: Openid, session: Session | undefined): void {
    const place = placeOf(openid, places)
    if (session === undefined && this.#people[place] !== openid) return
    this.#people[place] = session === undefined ? undefined : openid
    this.#rooms[place] = session !== undefined && isInChat(session) ? session.room : undefined
  }

  /** The user is about to have one, if all goes well. */
  expect(openid: Openid): void {
    const place = placeOf(openid, places)
    this.#people[place] = openid
    this.#rooms[place] = undefined
  }

  /** Whether the user has one, or may have. */
  has(openid: Openid): boolean {
    return this.#people[placeOf(openid, places)] === openid
  }

  /** The chat in which the user was for certain; not a search, of which other servers may know more. */
  chatOf(openid: Openid): RoomId | undefined {
    return this.has(openid) ? this.#rooms[placeOf(openid, places)] : undefined
  }
}

const isInChat = ({ state }: Session): boolean =>
  state === stateNumbers.paired || state === stateNumbers.shown
