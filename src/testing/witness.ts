import type { Action } from "./action.ts"
import type { Operation } from "./operation.ts"
import type { Received } from "./simulated-followers.ts"

/** The driver of a long run, which hears of everything as it happens. */
export interface Witness {
  /** A user acts. */
  readonly acts: (action: Action) => void
  /** An operation is under way; it waits to be ended. */
  readonly begun: (operation: Operation) => void
  readonly answered: (action: Action) => void
  readonly received: (received: Received) => void
  /** An item of memcached was written. */
  readonly written: (key: string) => void
}
