import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import {
  afterPush,
  afterRefusal,
  Allowance,
  assumed,
  mayPush,
  opened,
  pushesLeft,
  Trigger,
  windows
} from "../../src/core/allowance.ts"

const anyAllowance = Arbitrary.schema(Allowance)
const importance = Schema.Literals(["line", "notice"])
const elapsed = Schema.Literals([0, 1, 59_999, 60_000, 60_001, 172_799_999, 172_800_000, 172_800_001])

describe("what WeChat lets us push (protocol notes 6.1)", () => {
  it.prop(
    "never more than the window, never less than none",
    [anyAllowance, elapsed],
    ([allowance, later]) => {
      const left = pushesLeft(allowance, allowance.openedAtMillis + later)
      assert.isAtLeast(left, 0)
      assert.isAtMost(left, windows[allowance.trigger].pushes)
    }
  )

  it.prop("a shut or past window allows nothing", [anyAllowance, importance, elapsed], (input) => {
    const [allowance, what, later] = input
    const at = allowance.openedAtMillis + later
    assert.isFalse(mayPush(afterRefusal(allowance), what, at))
    if (later >= windows[allowance.trigger].openMillis) assert.isFalse(mayPush(allowance, what, at))
  })

  it.prop("a push costs one", [anyAllowance, elapsed], ([allowance, later]) => {
    const at = allowance.openedAtMillis + later
    assert.strictEqual(pushesLeft(afterPush(allowance), at), Math.max(0, pushesLeft(allowance, at) - 1))
  })

  it.prop("whatever may go for a line may go for a notice", [anyAllowance, elapsed], ([allowance, later]) => {
    const at = allowance.openedAtMillis + later
    if (mayPush(allowance, "line", at)) assert.isTrue(mayPush(allowance, "notice", at))
  })

  it.prop(
    "of a burst three to five lines go, and a notice after them when a message opened the window",
    [Trigger],
    ([trigger]) => {
      let allowance = opened(trigger, 7)
      let lines = 0
      for (; mayPush(allowance, "line", 8); lines += 1) allowance = afterPush(allowance)
      assert.isAtLeast(lines, 3)
      assert.isAtMost(lines, 5)
      assert.strictEqual(mayPush(allowance, "notice", 8), trigger === "message")
      assert.strictEqual(windows[trigger].pushes - lines, trigger === "message" ? 1 : 0)
    }
  )

  it.prop("a lost ledger is taken for an unused window", [Schema.Natural], ([now]) => {
    assert.deepStrictEqual(assumed(now), opened("message", now))
    assert.isTrue(mayPush(assumed(now), "line", now))
  })
})
