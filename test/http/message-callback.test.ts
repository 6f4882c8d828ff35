import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { callbackQuery } from "../../src/http/message-callback.ts"

const names = ["signature", "timestamp", "nonce", "msg_signature"] as const

const part = Schema.Literals([
  ...names,
  "openid",
  "=",
  "&",
  "?",
  "+",
  "%41",
  "%",
  "%E5%B0%8F",
  "猴",
  "5e1f",
  "#"
])

describe("the query of a callback", () => {
  it.prop(
    "is read as URLSearchParams reads it",
    [Arbitrary.array(Arbitrary.schema(part))],
    ([parts]) => {
      const text = parts.join("")
      const expected = new URLSearchParams(text)
      const query = callbackQuery(`/wechat?${text}`)
      assert.strictEqual(query.text, text)
      for (const name of names) assert.strictEqual(query[name], expected.get(name) ?? undefined, name)
    },
    { arbitrary: { runs: 2_000, size: 20 } }
  )

  it("is empty where there is none", () => {
    assert.deepStrictEqual(callbackQuery("/wechat"), {
      text: "",
      signature: undefined,
      timestamp: undefined,
      nonce: undefined,
      msg_signature: undefined
    })
  })
})
