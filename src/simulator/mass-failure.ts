/** MarkFail: after many failures WeChat sends an account nothing for a minute (protocol notes 3.1). */

import { markFailWords } from "./callback-problem.ts"
import type { WireEntry } from "./wire.ts"

/** WeChat does not say how many; high enough that a few slow answers during a try do not count. */
export const massFailures = 20
/** Within which time that many failures count. */
const massFailureWindowMillis = 60_000
/** How long WeChat then sends nothing. */
const massFailureSilenceMillis = 60_000

export interface FailureRecord {
  readonly failedAtMillis: ReadonlyArray<number>
  readonly silentUntilMillis: number
}

export const noFailures: FailureRecord = { failedAtMillis: [], silentUntilMillis: 0 }

/** One more message that no attempt brought a fit answer for. */
export const failedAt = (record: FailureRecord, nowMillis: number): FailureRecord => {
  const failedAtMillis = [...record.failedAtMillis, nowMillis].filter(
    (at) => nowMillis - at < massFailureWindowMillis
  )
  return failedAtMillis.length < massFailures
    ? { ...record, failedAtMillis }
    : { failedAtMillis: [], silentUntilMillis: nowMillis + massFailureSilenceMillis }
}

export const isSilent = (record: FailureRecord, nowMillis: number): boolean =>
  nowMillis < record.silentUntilMillis

/** What the wire shows of a message that was not sent. */
export const heldBack = (openid: string, what: string, atMillis: number): Omit<WireEntry, "id"> => ({
  atMillis,
  direction: "callback",
  path: "",
  what,
  openid,
  attempt: 1,
  status: 0,
  outcome: "MarkFail",
  explanation: markFailWords,
  good: false,
  durationMillis: 0,
  faults: [],
  raw: { method: "POST", url: "", requestBody: "", openedRequest: "", answerBody: "", openedAnswer: "" }
})
