import { placeOf } from "./place.ts"

/**
 * The keys that came last, exactly so many of them. A key overwrites the one that it displaces: a `Set` that forgets has to be made anew
 * again and again, which takes a fortieth of all that is done for a message.
 */
export class RecentKeys {
  readonly #most: number
  /** Number `n`, counted from 1 on, stands at place `n % most`. */
  readonly #keys: Array<string>
  /** Of each key, the number of the one that came before it with the same place in `#newest`; 0: none. */
  readonly #before: Float64Array
  readonly #newest: Float64Array
  #count = 0

  /** `most`: a power of two. */
  constructor(most: number) {
    this.#most = most
    this.#keys = Array.from({ length: most }, () => "")
    this.#before = new Float64Array(most)
    this.#newest = new Float64Array(most)
  }

  /** True: it was not there. */
  add(key: string): boolean {
    const place = placeOf(key, this.#most)
    const newest = this.#newest[place] ?? 0
    const forgotten = Math.max(0, this.#count - this.#most)
    // Numbers only fall on the way back, so the first that is forgotten ends it.
    for (let number = newest; number > forgotten; number = this.#before[number % this.#most] ?? 0) {
      if (this.#keys[number % this.#most] === key) return false
    }
    this.#count += 1
    this.#keys[this.#count % this.#most] = key
    this.#before[this.#count % this.#most] = newest
    this.#newest[place] = this.#count
    return true
  }
}
