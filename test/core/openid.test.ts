import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { isAmong, isSame, Openid } from "../../src/core/openid.ts"

/** So short, and of so few characters, that many are the same, or begin or end alike. */
const few = Schema.String.check(Schema.isPattern(/^[ab]{1,3}$/u)).pipe(Schema.decodeTo(Openid))

describe("whether two openids are the same", () => {
  it.prop("is whether their texts are", [few, few], ([one, other]) => {
    assert.strictEqual(isSame(one, other), one === other)
    assert.isTrue(isSame(one, one))
  })

  it.prop("and one is among others if its text is", [Schema.Array(few), few], ([people, one]) => {
    assert.strictEqual(isAmong(people, one), people.includes(one))
  })

  it.prop("of any length", [Openid, Openid], ([one, other]) => {
    assert.strictEqual(isSame(one, other), one === other)
    assert.isTrue(isSame(one, Openid.make([...one].join(""))))
  })
})
