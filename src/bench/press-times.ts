import { numberOf, type People } from "./contender.ts"
import { percentile } from "./rows.ts"

/**
 * When each of these people pressed, and how long it took until they were told of their pair. By their place among them and not by a map
 * of openids: to hash and compare those took a seventh of what was measured, and to read the place out of each openid a twentieth.
 */
export class PressTimes {
  readonly #first: number
  readonly #pressedAt: Float64Array
  readonly #millisToPair: Array<number> = []
  readonly #millis: () => number

  /** `millis` is a clock that never goes back. */
  constructor({ first, users }: People, millis: () => number) {
    this.#first = first
    this.#pressedAt = new Float64Array(users)
    this.#millis = millis
  }

  pressed(place: number): void {
    this.#pressedAt[place] = this.#millis()
  }

  /** For somebody whose place is not at hand. */
  toldOpenid(openid: string): void {
    this.told(numberOf(openid) - this.#first)
  }

  /** Counts once for each press. */
  told(place: number): void {
    const since = this.#pressedAt[place] ?? 0
    if (since === 0) return
    this.#millisToPair.push(this.#millis() - since)
    this.#pressedAt[place] = 0
  }

  get pairs(): number {
    return this.#millisToPair.length / 2
  }

  get medianMillis(): number {
    return percentile(this.#millisToPair, 0.5)
  }

  get p99Millis(): number {
    return percentile(this.#millisToPair, 0.99)
  }
}
