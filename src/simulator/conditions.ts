/** The conditions under which the simulated WeChat works; set on its page or read from a file. */
import { Schema } from "effect"
import { AccountKind, rightsOf } from "./account-kind.ts"
import { faultNames, FaultPlan } from "./fault-plan.ts"
import { readJsonFile } from "./file-problem.ts"

/** How messages travel: readable, both ways in one document, or sealed (protocol notes 2.1). */
export const CallbackMode = Schema.Literals(["plain", "compatible", "safe"])
export type CallbackMode = typeof CallbackMode.Type

/** An hour is more than any clock that is worth a test. */
const maxSkewSeconds = 3600

export const Conditions = Schema.Struct({
  kind: AccountKind,
  mode: CallbackMode,
  /** By how much WeChat's clock is ahead of ours. */
  clockAheadSeconds: Schema.Int.check(
    Schema.isBetween({ minimum: -maxSkewSeconds, maximum: maxSkewSeconds })
  ),
  faults: FaultPlan
})
export type Conditions = typeof Conditions.Type

/** What a file or the page changes; the rest stays. */
export const ConditionsChange = Schema.Struct({
  kind: Schema.optionalKey(Conditions.fields.kind),
  mode: Schema.optionalKey(Conditions.fields.mode),
  clockAheadSeconds: Schema.optionalKey(Conditions.fields.clockAheadSeconds),
  faults: Schema.optionalKey(Conditions.fields.faults)
})
export type ConditionsChange = typeof ConditionsChange.Type

export const conditionsTags = { fault: faultNames } as const

/** Conditions from the text of a file. */
export const readConditions = readJsonFile(ConditionsChange, conditionsTags)

export const goodConditions: Conditions = {
  kind: "verified",
  mode: "plain",
  clockAheadSeconds: 0,
  faults: []
}

/** The mode in force: without a key, and for a test account, messages are readable whatever the switch says. */
export const modeInForce = ({ mode, kind }: Conditions, hasKey: boolean): CallbackMode =>
  hasKey && rightsOf(kind).mayEncrypt ? mode : "plain"
