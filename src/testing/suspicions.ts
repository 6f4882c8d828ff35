/**
 * Whom a fault has hit and who has not come to rest since. The guarantees hold again after the next action of each user (design,
 * "Guarantees"): until then a word may come twice or be missing, and the judge looks away.
 */
import type { Openid } from "../core/openid.ts"
import type { Action } from "./action.ts"

/** Every lease runs out within this time after a fault, and a sweep repairs: the next action is one that begins after it. */
export const restMillis = 25_000

export class Suspicions {
  readonly #sinceMillis = new Map<Openid, number>()
  readonly #lastMillis = new Map<Openid, number>()

  mark(user: Openid, now: number): void {
    this.#sinceMillis.set(user, now)
    this.#lastMillis.set(user, now)
  }

  has(user: Openid): boolean {
    return this.#sinceMillis.has(user)
  }

  /** Whether a fault hit the user after a time. */
  hitSince(user: Openid, millis: number): boolean {
    return (this.#lastMillis.get(user) ?? Number.NEGATIVE_INFINITY) >= millis
  }

  /** An action was answered, and nothing waits for the user: true when that ends the suspicion. */
  settles({ user, begunAtMillis }: Action): boolean {
    const since = this.#sinceMillis.get(user)
    if (since === undefined || begunAtMillis < since + restMillis) return false
    return this.#sinceMillis.delete(user)
  }
}
