/**
 * The pairs of which this process knows, and when somebody last spoke there. memcached may lose a page of the agenda, and a
 * silent pair that stands on no page would never end; so every server looks after the pairs that it knows. That costs no
 * operation until a pair has been silent for too long.
 */
import type { RoomId } from "../core/room.ts"
import { keepNewest } from "../memcached/newest.ts"
import { secondOf } from "./agenda.ts"

/**
 * For each of the three lists below: some 10 MB. Beyond that, the pairs that were silent longest are left to the agenda alone;
 * a process could not carry the lines of so many.
 */
const mostKnownPairs = 50_000

/** Pairs that were made in the same second. */
interface Made {
  readonly second: number
  readonly rooms: Array<RoomId>
}

export class KnownPairs {
  readonly #most: number
  /**
   * New pairs, oldest first. A list, because adding to a Map costs about as much as one operation of memcached. When somebody
   * spoke there later is in `#heardSecond`.
   */
  #made: Array<Made> = []
  #madeCount = 0
  /** In the order in which they were heard of. */
  readonly #heardSecond = new Map<RoomId, number>()
  /** Pairs that have ended and may still be in `#made`, to be left out. */
  readonly #ended = new Map<RoomId, true>()

  constructor(most = mostKnownPairs) {
    this.#most = most
  }

  /** The room, which nobody knew before, was made a pair at a time in milliseconds. */
  made(room: RoomId, atMillis: number): void {
    const second = secondOf(atMillis)
    const last = this.#made.at(-1)
    if (last?.second === second) last.rooms.push(room)
    else this.#made.push({ second, rooms: [room] })
    this.#madeCount += 1
    const [oldest] = this.#made
    if (oldest !== undefined && this.#madeCount - oldest.rooms.length >= this.#most) this.#takeOut(oldest)
  }

  /** The room was found to be a pair at a time in milliseconds, which counts as its last line if none is known. */
  found(room: RoomId, atMillis: number): void {
    if (!this.#heardSecond.has(room)) this.#remember(room, secondOf(atMillis))
  }

  /** Somebody spoke in the room at a time in milliseconds. */
  heard(room: RoomId, atMillis: number): void {
    this.#heardSecond.delete(room)
    this.#remember(room, secondOf(atMillis))
  }

  ended(room: RoomId): void {
    this.#heardSecond.delete(room)
    if (this.#madeCount === 0) return
    this.#ended.set(room, true)
    keepNewest(this.#ended, this.#most)
  }

  /** The rooms in which, as far as this process knows, nobody has spoken since a time in milliseconds. */
  silentSince(millis: number): ReadonlyArray<RoomId> {
    const last = secondOf(millis)
    for (let [oldest] = this.#made; oldest !== undefined && oldest.second < last; [oldest] = this.#made) {
      this.#takeOut(oldest)
      for (const room of oldest.rooms) {
        if (!this.#ended.delete(room) && !this.#heardSecond.has(room)) this.#remember(room, oldest.second)
      }
    }
    if (this.#madeCount === 0) this.#ended.clear()
    const silent: Array<RoomId> = []
    // Runs over all pairs every second, so it makes no array for each of them.
    this.#heardSecond.forEach((second, room) => {
      if (second < last) silent.push(room)
    })
    return silent
  }

  #takeOut(oldest: Made): void {
    this.#made.shift()
    this.#madeCount -= oldest.rooms.length
  }

  #remember(room: RoomId, second: number): void {
    this.#heardSecond.set(room, second)
    keepNewest(this.#heardSecond, this.#most)
  }
}
