/**
 * Whom this server has told of their pair in an answer, as far as it remembers: of two people with the same place only the last
 * one is.
 */
import type { Openid } from "../core/openid.ts"
import type { RoomId } from "../core/room.ts"
import { placeOf } from "./place.ts"

/** A power of two: as many as become pairs within the few seconds for which it matters, on a very large campus. */
const places = 8_192

export class ToldPairs {
  /** By user: the room of the pair. */
  readonly #rooms: Array<RoomId | undefined> = Array.from({ length: places })

  tell(openid: Openid, room: RoomId): void {
    this.#rooms[placeOf(openid, places)] = room
  }

  /** False also if this server has forgotten it. */
  knows(openid: Openid, room: RoomId): boolean {
    return this.#rooms[placeOf(openid, places)] === room
  }
}
