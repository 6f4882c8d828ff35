/** Whom this server has told of their pair, as far as it remembers: of two people with the same place only the last one. */
import type { Openid } from "../core/openid.ts"
import type { RoomId } from "../core/room.ts"
import { placeOf } from "./place.ts"

/** A power of two: as many as become pairs within the few seconds for which it matters, on a very large campus. */
const places = 8_192

/** An empty table to copy, as in `known-sessions.ts`. */
const nobody: ReadonlyArray<undefined> = Array.from({ length: places })

export class ToldPairs {
  /** By user: the room of the pair. */
  readonly #rooms: Array<RoomId | undefined> = nobody.slice()

  tell(openid: Openid, room: RoomId): void {
    this.#rooms[placeOf(openid, places)] = room
  }

  /** False also if this server has forgotten it. */
  knows(openid: Openid, room: RoomId): boolean {
    return this.#rooms[placeOf(openid, places)] === room
  }
}
