import type { PushOutcome } from "./push-outcome.ts"

/** How a delivery that was tried ends for good: nothing waits any more. */
export type Fate = "pushed" | "unsure" | "refused" | "unsendable" | "gone"

/**
 * What became of something for a user. `pushed` WeChat took it · `kept` it waits in the mailbox · `full` the mailbox is full, it
 * was dropped · `refused` WeChat refuses the content · `unsendable` WeChat cannot carry it · `gone` the receiver does not follow ·
 * `unsure` sent, no answer.
 */
export type Delivery = Fate | "kept" | "full"

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
  "unsendable",
  "refused",
  "gone"
]
