import { assert, describe, it } from "@effect/vitest"
import { Option, Redacted, Schema } from "effect"
import { makeFollowerHash, makeSeal } from "../../src/chat/secret-keys.ts"
import { Openid } from "../../src/core/openid.ts"

const secret = Redacted.make("one secret")
const other = Redacted.make("another secret")

describe("a follower's hash", () => {
  it.prop(
    "is always the same, unlike that of others or under another secret, and no openid",
    [Openid, Openid],
    ([one, two]) => {
      const hash = makeFollowerHash(secret)
      assert.strictEqual(hash(one), makeFollowerHash(secret)(one))
      assert.strictEqual(hash(one) === hash(two), one === two)
      assert.notStrictEqual(hash(one), makeFollowerHash(other)(one))
      assert.match(hash(one), /^[\w-]{10}$/u)
    }
  )
})

describe("a seal", () => {
  it.prop(
    "opens with the same secret for the same purpose, and in no other way",
    [Schema.String],
    ([text]) => {
      const sealed = makeSeal(secret, "a").close(text)
      const wellFormed = text.toWellFormed()
      assert.deepStrictEqual(makeSeal(secret, "a").open(sealed), Option.some(wellFormed))
      assert.isTrue(Option.isNone(makeSeal(other, "a").open(sealed)))
      assert.isTrue(Option.isNone(makeSeal(secret, "b").open(sealed)))
      assert.notStrictEqual(makeSeal(secret, "a").close(text), sealed)
    }
  )

  it.prop("a changed byte does not open", [Schema.String, Schema.Natural], ([text, place]) => {
    const seal = makeSeal(secret, "a")
    const bytes = Buffer.from(seal.close(text), "base64url")
    const at = place % bytes.length
    bytes[at] = (bytes[at] ?? 0) ^ 1
    assert.isTrue(Option.isNone(seal.open(bytes.toString("base64url"))))
    assert.isTrue(Option.isNone(seal.open("")))
  })
})
