/** Who waits, in a long run, by what they read: a user who reads that a partner is being looked for must read in time what came of it. */
import type { Openid } from "../core/openid.ts"
import type { Violation } from "./invariants.ts"
import { waitsTooLong } from "./waiting-rooms.ts"

export class WaitingPeople {
  /** When each waiting user read it last; the one who has waited longest is first. */
  readonly #sinceMillis = new Map<Openid, number>()

  /** A user read something, after which they believe to be waiting, or not. */
  reads(user: Openid, waits: boolean, now: number): void {
    this.#sinceMillis.delete(user)
    if (waits) this.#sinceMillis.set(user, now)
  }

  /** To be called every few seconds. `excused`: a fault hit the one who waits, or the notice is on its way. */
  check(now: number, mostMillis: number, excused: (user: Openid) => boolean): ReadonlyArray<Violation> {
    const found: Array<Violation> = []
    for (const [user, since] of this.#sinceMillis) {
      if (since + mostMillis >= now) break
      this.#sinceMillis.delete(user)
      if (!excused(user)) found.push(waitsTooLong(`${user} has read nothing since ${since}`))
    }
    return found
  }
}
