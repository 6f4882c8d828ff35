import { createHash } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import { Redacted, Schema } from "effect"
import {
  messageSignature,
  requestSignature,
  signatureMatches,
  signatureOf
} from "../../src/wechat/signature.ts"
import vectors from "./vectors.json" with { type: "json" }

describe("signatureOf", () => {
  it.prop("does not depend on the order of the parts", [Schema.Array(Schema.String)], ([parts]) => {
    assert.strictEqual(signatureOf(parts), signatureOf(parts.toReversed()))
  })

  it("sorts by bytes, also beyond the first plane of Unicode", () => {
    const expected = createHash("sha1").update("+/1Aa\uFF5E😀", "utf8").digest("hex")
    assert.strictEqual(signatureOf(["😀", "\uFF5E", "a", "A", "1", "/", "+"]), expected)
  })

  it.each(vectors.requests)("agrees with $id", ({ token, timestamp, nonce, signature }) => {
    assert.strictEqual(requestSignature(Redacted.make(token), timestamp, nonce), signature)
  })

  it.each(vectors.envelopes)("of the ciphertext agrees with $id", (vector) => {
    const { token, timestamp, nonce, encrypt, msgSignature } = vector
    assert.strictEqual(messageSignature(Redacted.make(token), timestamp, nonce, encrypt), msgSignature)
  })
})

describe("signatureMatches", () => {
  const expected = signatureOf(["token", "1714036504", "1514711492"])

  it.prop("never throws and accepts nothing but the signature", [Schema.String], ([claimed]) => {
    assert.strictEqual(signatureMatches(expected, claimed), claimed === expected)
  })

  it("accepts the signature in lower case hex only", () => {
    assert.isTrue(signatureMatches(expected, expected))
    const others = [
      undefined,
      "",
      expected.toUpperCase(),
      `${expected}0`,
      expected.slice(1),
      `${expected} `,
      "密".repeat(40)
    ]
    for (const claimed of others) assert.isFalse(signatureMatches(expected, claimed))
  })
})
