import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { readConditions } from "../../src/simulator/conditions.ts"
import { readScenario, scenarioFormat } from "../../src/simulator/scenario.ts"

const scenario = (...steps: ReadonlyArray<unknown>) =>
  JSON.stringify({ format: scenarioFormat, phones: 1, steps })
const after = (step: unknown) => scenario({ phone: 1, does: { act: "say", text: "一" } }, step)

/** What somebody wrote by hand, and what they are told. */
const scenarios: ReadonlyArray<readonly [string, string]> = [
  ["{", "this is no JSON: Expected property name or '}' in JSON at position 1 (line 1 column 2)"],
  ["[]", "the file is [], must be object"],
  [
    JSON.stringify({ format: "wechat-scenario/2", phones: 1, steps: [] }),
    'format is "wechat-scenario/2", must be one of wechat-scenario/1'
  ],
  [JSON.stringify({ format: scenarioFormat, steps: [] }), "phones is missing"],
  [
    after({ phone: 1, sees: { by: "replly" } }),
    'step 2: sees.by is "replly", must be one of reply, push, platform'
  ],
  [after({ phone: 1, does: { act: "say", txt: "x" } }), "step 2: does.txt: there is no such field"],
  [after({ phone: 1, does: { act: "say" } }), "step 2: does.text is missing"],
  [
    after({ phone: 1, does: { act: "say", text: "x" }, atonce: true }),
    "step 2: atonce: there is no such field"
  ],
  [
    after({ phone: 1, saw: {} }),
    "step 2: does or sees or seesNothingForMillis or conditions or waitMillis or revokeTokens is missing"
  ],
  [after({ phone: 99, does: { act: "image" } }), "step 2: phone is 99, must be a value between 1 and 64"],
  [after({ conditions: { faults: [{ fault: "slow" }] } }), "step 2: conditions.faults[0].millis is missing"]
]

describe("a file that somebody wrote by hand and that is wrong", () => {
  it.effect.each(scenarios)("scenario: %s", ([text, message]) =>
    Effect.gen(function* () {
      assert.strictEqual((yield* Effect.flip(readScenario(text))).message, message)
    })
  )

  it.effect("an act and a fault that there are not: all that there are are named", () =>
    Effect.gen(function* () {
      const act = yield* Effect.flip(readScenario(after({ phone: 1, does: { act: "dance" } })))
      assert.match(
        act.message,
        /^step 2: does\.act is "dance", must be one of say, press, .*video, .*unfollow$/
      )
      const fault = yield* Effect.flip(readConditions(`{"faults":[{"fault":"lose-answr"}]}`))
      assert.match(fault.message, /^faults\[0\]\.fault is "lose-answr", must be one of slow, .*lose-result$/)
      const misspelt = yield* Effect.flip(readConditions(`{"mod":"safe"}`))
      assert.strictEqual(misspelt.message, "mod: there is no such field")
    })
  )
})
