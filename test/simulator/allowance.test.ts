import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { grant, noAllowance, spend, type Allowance } from "../../src/simulator/allowance.ts"

const triggers = ["message", "click", "follow", "scan"] as const
const Trigger = Schema.Literals(triggers)
/** Protocol notes 6.1, written down a second time. */
const table = {
  message: [5, 172_800_000],
  click: [3, 60_000],
  follow: [3, 60_000],
  scan: [3, 60_000]
} as const
const instant = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 4_000_000_000_000 }))

const errcodeOf = (result: Result.Result<Allowance, { readonly errcode: number }>) =>
  Result.isFailure(result) ? result.failure.errcode : 0

describe("the push allowance (protocol notes 6.1)", () => {
  it.prop(
    "a trigger gives its count within its window, then 45047, after it 45015",
    [Trigger, instant],
    ([trigger, at]) => {
      const [count, windowMillis] = table[trigger]
      let allowance = grant(trigger, at)
      for (let pushed = 0; pushed < count; pushed++) {
        const spent = spend(allowance, at + windowMillis - 1)
        assert.strictEqual(errcodeOf(spent), 0)
        if (Result.isSuccess(spent)) allowance = spent.success
      }
      assert.strictEqual(errcodeOf(spend(allowance, at + windowMillis - 1)), 45047)
      assert.strictEqual(errcodeOf(spend(grant(trigger, at), at + windowMillis)), 45015)
    }
  )

  it.prop("a new trigger resets to its own maximum", [Trigger, Trigger, instant], ([first, second, at]) => {
    const spent = Result.getOrThrow(spend(grant(first, at), at))
    assert.isBelow(spent.left, grant(first, at).left)
    assert.strictEqual(grant(second, at).left, table[second][0])
  })

  it.prop("nobody who did nothing can be pushed to", [instant], ([at]) => {
    assert.strictEqual(errcodeOf(spend(noAllowance, at)), 45015)
  })
})
