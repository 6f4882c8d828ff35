/** A session with the simulated WeChat as a file: what people do, what their phones must show, what goes wrong meanwhile. */
import { Schema } from "effect"
import { ConditionsChange, conditionsTags } from "./conditions.ts"
import { readJsonFile } from "./file-problem.ts"
import { actNames, PhoneAct } from "./phone-act.ts"

/** The name of the format and its version; a file of another one is refused. */
export const scenarioFormat = "wechat-scenario/1"

/** A phone by its number, from 1; the next number after the last is a new phone, which follows first. */
const maxPhones = 64
const Phone = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: maxPhones }))

const maxMillis = 600_000
const Millis = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: maxMillis }))

/**
 * What the next bubble on a phone must be, other than the owner's own. What is left out may be anything; a text may be given
 * whole (`text`), in parts that it must hold (`contains`), or as a regular expression (`pattern`).
 */
export const Expected = Schema.Struct({
  by: Schema.optionalKey(Schema.Literals(["reply", "push", "platform"])),
  kind: Schema.optionalKey(Schema.Literals(["text", "image", "voice", "video", "news", "music", "card"])),
  text: Schema.optionalKey(Schema.String),
  contains: Schema.optionalKey(Schema.Array(Schema.String)),
  pattern: Schema.optionalKey(Schema.String)
})
export type Expected = typeof Expected.Type

/**
 * One step. `does`: the phone does something, after the outcome of what it did before, or `atOnce` · `sees`: its next bubble
 * comes within `withinMillis` (20 s without) · `seesNothingForMillis`: none comes · `conditions` change · `waitMillis` pass ·
 * `revokeTokens`: every access token ends.
 */
export const Step = Schema.Union([
  Schema.Struct({ phone: Phone, does: PhoneAct, atOnce: Schema.optionalKey(Schema.Boolean) }),
  Schema.Struct({ phone: Phone, sees: Expected, withinMillis: Schema.optionalKey(Millis) }),
  Schema.Struct({ phone: Phone, seesNothingForMillis: Millis }),
  Schema.Struct({ conditions: ConditionsChange }),
  Schema.Struct({ waitMillis: Millis }),
  Schema.Struct({ revokeTokens: Schema.Literal(true) })
])
export type Step = typeof Step.Type

/** Longer sessions are cut by the recorder and refused by the reader. */
export const maxSteps = 10_000

export const Scenario = Schema.Struct({
  format: Schema.Literal(scenarioFormat),
  /** What it shows, for people. */
  title: Schema.optionalKey(Schema.String),
  conditions: Schema.optionalKey(ConditionsChange),
  /** How many phones follow at the start; their greetings are not part of the story. */
  phones: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: maxPhones })),
  steps: Schema.Array(Step).check(Schema.isMaxLength(maxSteps))
})
export type Scenario = typeof Scenario.Type

/** The fields that tell the kinds of steps apart. */
const stepKinds = [
  "does",
  "sees",
  "seesNothingForMillis",
  "conditions",
  "waitMillis",
  "revokeTokens"
] as const

/** A scenario from the text of a file. */
export const readScenario = readJsonFile(Scenario, { ...conditionsTags, act: actNames }, stepKinds)
