/**
 * The pairs of which this process knows, and when somebody last spoke there. memcached may lose a page of the agenda, and a silent pair
 * that stands on no page would stand for ever: every server looks after those of which it knows. It costs no operation until a
 * pair has been silent for so long.
 */
import type { RoomId } from "../core/room.ts"
import { secondOf } from "./agenda.ts"

/** About 20 MB; of more, those that were silent longest are left to the agenda alone. */
export const mostKnownPairs = 100_000

export class KnownPairs {
  readonly #most: number
  /** In the order in which they were heard of. */
  readonly #heardSecond = new Map<RoomId, number>()
  readonly #bySecond = new Map<number, Set<RoomId>>()

  constructor(most = mostKnownPairs) {
    this.#most = most
  }

  /** The room turned out to be a pair at a time in milliseconds. */
  found(room: RoomId, atMillis: number): void {
    if (!this.#heardSecond.has(room)) this.heard(room, atMillis)
  }

  /** Somebody spoke in the room at a time in milliseconds. */
  heard(room: RoomId, atMillis: number): void {
    this.ended(room)
    const second = secondOf(atMillis)
    this.#heardSecond.set(room, second)
    const together = this.#bySecond.get(second)
    if (together === undefined) this.#bySecond.set(second, new Set([room]))
    else together.add(room)
    if (this.#heardSecond.size <= this.#most) return
    for (const oldest of this.#heardSecond.keys()) return this.ended(oldest)
  }

  ended(room: RoomId): void {
    const second = this.#heardSecond.get(room)
    if (second === undefined) return
    this.#heardSecond.delete(room)
    const together = this.#bySecond.get(second)
    together?.delete(room)
    if (together?.size === 0) this.#bySecond.delete(second)
  }

  /** The rooms in which, as far as this process knows, nobody has spoken since a time in milliseconds. */
  silentSince(millis: number): ReadonlyArray<RoomId> {
    const last = secondOf(millis)
    const silent: Array<RoomId> = []
    for (const [second, together] of this.#bySecond) if (second < last) silent.push(...together)
    return silent
  }
}
