import { assert, describe, it } from "@effect/vitest"
import { Redacted, Result } from "effect"
import { encrypt, openEnvelope } from "../../src/wechat/envelope.ts"
import {
  isSigned,
  type MessageMode,
  openSigned,
  type SignedFields,
  tokenOf
} from "../../src/wechat/message-mode.ts"
import { messageSignature, requestSignature } from "../../src/wechat/signature.ts"
import { callback } from "./callback-xml.ts"

const token = Redacted.make("pamtest")
const keys = {
  token,
  appId: "wxb11529c136998cb6",
  key: Redacted.make("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG")
}
const plain: MessageMode = { _tag: "Plain", token }
const compatible: MessageMode = { _tag: "Compatible", keys }
const safe: MessageMode = { _tag: "Safe", keys }

const stamp = { timestamp: "1409304348", nonce: "n-1" }
const inner = callback("text", { content: "里" })
const encrypted = encrypt(keys.key, keys.appId, inner, Buffer.alloc(16))
const query: SignedFields = { ...stamp, signature: requestSignature(token, stamp.timestamp, stamp.nonce) }
const signed = { ...query, msg_signature: messageSignature(token, stamp.timestamp, stamp.nonce, encrypted) }
const sealed = `<xml><ToUserName><![CDATA[gh_0123456789ab]]></ToUserName><Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>`
const both = callback("text", {
  content: "外]]></Content><Encrypt>AAAA</Encrypt>",
  after: `<Encrypt><![CDATA[${encrypted}]]></Encrypt>`
})

const outcome = (mode: MessageMode, of: SignedFields, body: string): string =>
  isSigned(tokenOf(mode), of)
    ? Result.match(openSigned(mode, of, body), {
        onFailure: (error) => error._tag,
        onSuccess: ({ xml }) => xml
      })
    : "not signed"

describe("openSigned", () => {
  it("opens each mode's body", () => {
    assert.strictEqual(outcome(plain, query, inner), inner)
    assert.strictEqual(outcome(safe, signed, sealed), inner)
    assert.strictEqual(outcome(compatible, signed, both), inner)
    assert.strictEqual(outcome(compatible, signed, sealed), inner)
  })

  it("lets the setting decide, not the request", () => {
    assert.strictEqual(outcome(safe, query, inner), "CallbackUnsigned")
    assert.strictEqual(outcome(safe, signed, inner), "CallbackUnreadable")
    assert.strictEqual(outcome(compatible, signed, inner), "CallbackUnreadable")
    assert.strictEqual(outcome(compatible, query, inner), "CallbackUnsigned")
    // Plain mode takes the body as it is: a sealed one is then not a message.
    assert.strictEqual(outcome(plain, signed, sealed), sealed)
  })

  it("refuses missing and wrong signatures", () => {
    for (const mode of [plain, compatible, safe]) {
      assert.strictEqual(outcome(mode, { ...signed, signature: undefined }, sealed), "not signed")
      assert.strictEqual(outcome(mode, { ...signed, signature: signed.msg_signature }, sealed), "not signed")
      assert.strictEqual(outcome(mode, { ...signed, nonce: "n-2" }, sealed), "not signed")
      assert.strictEqual(outcome(mode, {}, sealed), "not signed")
    }
    for (const mode of [compatible, safe]) {
      assert.strictEqual(
        outcome(mode, { ...signed, msg_signature: signed.signature }, sealed),
        "CallbackUnsigned"
      )
      assert.strictEqual(
        outcome(mode, signed, sealed.replace(encrypted, encrypted.toLowerCase())),
        "CallbackUnsigned"
      )
    }
  })

  it("refuses two ciphertexts and what is not XML", () => {
    const twice = sealed.replace("</xml>", "<Encrypt>AAAA</Encrypt></xml>")
    assert.strictEqual(outcome(safe, signed, twice), "CallbackUnreadable")
    assert.strictEqual(outcome(safe, signed, "你好"), "CallbackUnreadable")
  })

  it("answers as the message came", () => {
    const reply = "<xml>答</xml>"
    assert.strictEqual(Result.getOrThrow(openSigned(plain, query, inner)).answer(reply, 5), reply)
    const answer = Result.getOrThrow(openSigned(safe, signed, sealed)).answer(reply, 1_700_000_000.9)
    const found =
      /<Encrypt><!\[CDATA\[(.*)\]\]><\/Encrypt><MsgSignature><!\[CDATA\[(.*)\]\]><\/MsgSignature><TimeStamp>1700000000<\/TimeStamp><Nonce><!\[CDATA\[n-1\]\]>/.exec(
        answer
      )
    const opened = openEnvelope(keys, found?.[1] ?? "", { timestamp: "1700000000", nonce: "n-1" }, found?.[2])
    assert.strictEqual(Result.getOrThrow(opened).xml, reply)
  })
})

describe("isSigned", () => {
  it("needs all three fields", () => {
    assert.isTrue(isSigned(token, query))
    assert.isFalse(isSigned(Redacted.make("other"), query))
    for (const field of ["signature", "timestamp", "nonce"] as const) {
      assert.isFalse(isSigned(token, { ...query, [field]: undefined }))
    }
  })
})
