import type { Effect } from "effect"
import type { Importance } from "../core/allowance.ts"
import type { Content } from "../core/content.ts"
import type { Openid } from "../core/openid.ts"
import type { PushOutcome } from "./push-outcome.ts"

/** Something for a user; `group` and `from` as in `Kept`, `stillWanted` as in `Pushed`. */
export interface Parcel {
  readonly content: Content
  readonly group: string
  readonly from?: Openid
  readonly importance: Importance
  readonly stillWanted?: Effect.Effect<boolean>
}

/** How a delivery that was tried ends for good: nothing waits any more. */
export type Fate = "pushed" | "unsure" | "refused" | "unsendable" | "gone"

/**
 * What became of something for a user. `pushed` WeChat took it · `kept` it waits in the mailbox · `full` the mailbox is full, it
 * was dropped · `refused` WeChat refuses the content · `unsendable` WeChat cannot carry it · `gone` the receiver does not follow ·
 * `unsure` sent, no answer · `unwanted` it could not be sent at once, and was not to be sent later.
 */
export type Delivery = Fate | "kept" | "full" | "unwanted"

export const isFate = (outcome: PushOutcome): outcome is Fate =>
  outcome === "pushed" ||
  outcome === "unsure" ||
  outcome === "refused" ||
  outcome === "unsendable" ||
  outcome === "gone"

/** Of several parts of one thing. */
export const worstOf = (outcomes: ReadonlyArray<Delivery>): Delivery =>
  fromBestToWorst.findLast((one) => outcomes.includes(one)) ?? "pushed"

const fromBestToWorst: ReadonlyArray<Delivery> = [
  "pushed",
  "kept",
  "unsure",
  "full",
  "unwanted",
  "unsendable",
  "refused",
  "gone"
]
