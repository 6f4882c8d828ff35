import type { Openid } from "../core/openid.ts"
import type { Memcached } from "../memcached/memcached.ts"
import type { FaultName } from "./faults.ts"
import type { Violation } from "./invariants.ts"
import type { LineCounts } from "./line-book.ts"
import type { Received } from "./simulated-followers.ts"
import type { StoryOptions } from "./story.ts"

export interface SimulationOptions extends StoryOptions {
  /** The share of memcached operations that are slow; one of a hundred when absent. */
  readonly slowShare?: number
  /** Takes what happens, line by line, with the milliseconds since the beginning. */
  readonly tell?: (atMillis: number, words: string) => void
  /** Takes what shows up on people's phones, as it does. */
  readonly received?: (received: Received) => void
  /** Breaks something on purpose, so that a test sees the judge find it. */
  readonly plant?: (memcached: Memcached["Service"]) => Memcached["Service"]
}

/** What a simulated story came to. */
export interface SimulationResult {
  readonly steps: number
  readonly answered: number
  /** Actions that no server answered in three attempts. */
  readonly unanswered: number
  readonly pairs: number
  readonly lines: LineCounts
  readonly faults: ReadonlyMap<FaultName, number>
  readonly refusedPushes: number
  readonly operations: number
  /** From asking to reading of the pair, in milliseconds of virtual time. */
  readonly medianMillis: number | undefined
  readonly p99Millis: number | undefined
  readonly virtualSeconds: number
  readonly violations: ReadonlyArray<Violation>
  /** The users whom the violations name, and their latest partners. */
  readonly company: ReadonlySet<Openid>
  /** The deeds that took place. */
  readonly deeds: number
  /** The last deed that took place; if there are violations, it or a deed before it is to blame. */
  readonly lastDeed: number
}
