/** How many places of taken questions are kept before the rest moves to the front: moving costs as much as this many. */
const takenPlacesKept = 1_024

/** The questions under way, oldest first. */
export class Sent<A> {
  #places: Array<A | undefined> = []
  #taken = 0

  get count(): number {
    return this.#places.length - this.#taken
  }

  get oldest(): A | undefined {
    return this.at(0)
  }

  /** The `place`th oldest, from 0 on. */
  at(place: number): A | undefined {
    return this.#places[this.#taken + place]
  }

  add(question: A): void {
    this.#places.push(question)
  }

  takeOldest(): A | undefined {
    const oldest = this.oldest
    if (oldest === undefined) return undefined
    // What was answered is garbage from here on, though its place is kept for a while.
    this.#places[this.#taken] = undefined
    this.#taken += 1
    if (this.#taken >= takenPlacesKept || this.count === 0) {
      this.#places = this.#places.slice(this.#taken)
      this.#taken = 0
    }
    return oldest
  }

  takeAll(): ReadonlyArray<A> {
    const rest = this.#places.slice(this.#taken).filter((question) => question !== undefined)
    this.#places = []
    this.#taken = 0
    return rest
  }
}
