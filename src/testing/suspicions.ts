/**
 * Users whom a fault has hit and who have not come to rest since. After a fault the guarantees hold again once each user concerned has
 * acted (docs/guarantees.md); until then a notice may come twice or be missing, and the judge does not mind. The partner has to act as
 * well: a user whose session was lost hears of the end only then.
 */
import type { Openid } from "../core/openid.ts"
import type { Action } from "./action.ts"

/** Every lease runs out within this time after a fault, and a sweep repairs: the next action is one that begins after it. */
export const restMillis = 25_000

export class Suspicions {
  readonly #sinceMillis = new Map<Openid, number>()
  readonly #lastMillis = new Map<Openid, number>()
  /** Who has acted since, and waits for a companion to do so. */
  readonly #rested = new Set<Openid>()
  /** For each user, those with whom they were in a pair: what became of it may be told when the other one acts. */
  readonly #companions = new Map<Openid, Set<Openid>>()

  mark(user: Openid, now: number, companion?: Openid): void {
    this.#sinceMillis.set(user, now)
    this.#lastMillis.set(user, now)
    this.#rested.delete(user)
    if (companion === undefined) return
    this.#companions.set(user, this.#companionsOf(user).add(companion))
    this.#companions.set(companion, this.#companionsOf(companion).add(user))
  }

  has(user: Openid): boolean {
    return this.#sinceMillis.has(user)
  }

  /** Whether a fault hit the user after a time. */
  hitSince(user: Openid, millis: number): boolean {
    return (this.#lastMillis.get(user) ?? Number.NEGATIVE_INFINITY) >= millis
  }

  /** An action was answered, and nothing waits for the user. Gives the users of whom that ends the suspicion. */
  settles({ user, begunAtMillis }: Action): ReadonlyArray<Openid> {
    const since = this.#sinceMillis.get(user)
    if (since === undefined || begunAtMillis < since + restMillis) return []
    this.#rested.add(user)
    const settled = [user, ...this.#companionsOf(user)].filter((one) => this.#isSettled(one))
    for (const one of settled) {
      this.#sinceMillis.delete(one)
      this.#rested.delete(one)
      this.#companions.delete(one)
    }
    return settled
  }

  #isSettled(user: Openid): boolean {
    const rests = (one: Openid) => this.#rested.has(one) || !this.has(one)
    return this.#rested.has(user) && [...this.#companionsOf(user)].every(rests)
  }

  #companionsOf(user: Openid): Set<Openid> {
    return this.#companions.get(user) ?? new Set()
  }
}
