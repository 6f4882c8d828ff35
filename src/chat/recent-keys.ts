import { placeOf } from "./place.ts"

/** The keys that came last, exactly `most` of them. A ring instead of a Set: evicting from a Set costs 2.5 % of the work for a message. */
export class RecentKeys {
  readonly #most: number
  #ring: Ring

  /** `most`: a power of two. */
  constructor(most: number) {
    this.#most = most
    this.#ring = new Ring(Math.min(most, fewest))
  }

  /** True: it was not there. */
  add(key: string): boolean {
    if (this.#ring.has(key)) return false
    if (this.#ring.isFull && this.#ring.size < this.#most) {
      const grown = new Ring(2 * this.#ring.size)
      for (const known of this.#ring.keys()) grown.add(known)
      this.#ring = grown
    }
    this.#ring.add(key)
    return true
  }
}

/** A power of two. It begins with few and grows to what it needs: thousands of small servers are made for simulations. */
const fewest = 64

class Ring {
  readonly size: number
  /** Number `n`, counted from 1 on, stands at place `n % size`. */
  readonly #keys: Array<string>
  /** Of each key, the number of the one that came before it with the same place in `#newest`; 0: none. */
  readonly #before: Float64Array
  readonly #newest: Float64Array
  #count = 0

  constructor(size: number) {
    this.size = size
    this.#keys = Array.from({ length: size }, () => "")
    this.#before = new Float64Array(size)
    this.#newest = new Float64Array(size)
  }

  /** The next one displaces the oldest. */
  get isFull(): boolean {
    return this.#count >= this.size
  }

  has(key: string): boolean {
    const forgotten = Math.max(0, this.#count - this.size)
    // Numbers only fall on the way back, so the first one that is forgotten ends the search.
    for (
      let number = this.#newest[placeOf(key, this.size)] ?? 0;
      number > forgotten;
      number = this.#before[number % this.size] ?? 0
    ) {
      if (this.#keys[number % this.size] === key) return true
    }
    return false
  }

  /** A key that is not there. */
  add(key: string): void {
    const place = placeOf(key, this.size)
    this.#count += 1
    this.#keys[this.#count % this.size] = key
    this.#before[this.#count % this.size] = this.#newest[place] ?? 0
    this.#newest[place] = this.#count
  }

  /** The oldest first. */
  *keys(): Iterable<string> {
    for (let number = Math.max(0, this.#count - this.size) + 1; number <= this.#count; number += 1) {
      yield this.#keys[number % this.size] ?? ""
    }
  }
}
