/** How long people waited, counted in whole milliseconds so that a run may go on for ever. */
export class WaitingTimes {
  count = 0
  readonly #byMillis = new Uint32Array(longestMillis + 1)

  add(millis: number): void {
    this.count += 1
    const place = Math.min(longestMillis, Math.max(0, Math.round(millis)))
    this.#byMillis[place] = (this.#byMillis[place] ?? 0) + 1
  }

  /** The time, in milliseconds, within which a share of the waits was over; undefined: there were none. */
  quantile(share: number): number | undefined {
    let left = Math.ceil(this.count * share)
    const found = this.#byMillis.findIndex((count) => (left -= count) <= 0)
    return this.count === 0 ? undefined : found
  }
}

/** Longer than anybody may look. */
const longestMillis = 120_000
