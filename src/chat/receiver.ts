import type { StoredAllowance } from "./ledger.ts"
import type { Mail } from "./mailbox.ts"

/** What has to be known of somebody before they are pushed to, as it was read a moment ago. */
export interface Receiver {
  readonly mail: Mail
  readonly window: StoredAllowance
  /** A push was counted since, and may be sent. */
  readonly counted?: true
}
