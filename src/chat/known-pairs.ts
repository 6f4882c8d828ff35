/**
 * The pairs of which this process knows, and when somebody last spoke there. memcached may lose a page of the agenda, and a silent pair
 * that stands on no page would stand for ever: every server looks after those of which it knows. It costs no operation until a
 * pair has been silent for so long.
 */
import type { RoomId } from "../core/room.ts"
import { keepNewest } from "../memcached/newest.ts"
import { secondOf } from "./agenda.ts"

/** About 12 MB; of more, those that were silent longest are left to the agenda alone. */
const mostKnownPairs = 100_000

export class KnownPairs {
  readonly #most: number
  /** In the order in which they were heard of. */
  readonly #heardSecond = new Map<RoomId, number>()

  constructor(most = mostKnownPairs) {
    this.#most = most
  }

  /** The room, which nobody knew before, was made a pair at a time in milliseconds. */
  made(room: RoomId, atMillis: number): void {
    this.#remember(room, atMillis)
  }

  /** The room turned out to be a pair at a time in milliseconds. */
  found(room: RoomId, atMillis: number): void {
    if (!this.#heardSecond.has(room)) this.#remember(room, atMillis)
  }

  /** Somebody spoke in the room at a time in milliseconds. */
  heard(room: RoomId, atMillis: number): void {
    this.#heardSecond.delete(room)
    this.#remember(room, atMillis)
  }

  ended(room: RoomId): void {
    this.#heardSecond.delete(room)
  }

  /** The rooms in which, as far as this process knows, nobody has spoken since a time in milliseconds. */
  silentSince(millis: number): ReadonlyArray<RoomId> {
    const last = secondOf(millis)
    const silent: Array<RoomId> = []
    // Every second of all pairs: without an array for each of them.
    this.#heardSecond.forEach((second, room) => {
      if (second < last) silent.push(room)
    })
    return silent
  }

  #remember(room: RoomId, atMillis: number): void {
    this.#heardSecond.set(room, secondOf(atMillis))
    keepNewest(this.#heardSecond, this.#most)
  }
}
