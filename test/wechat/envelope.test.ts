import { createCipheriv } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import { Redacted, Result, Schema } from "effect"
import { encrypt, type EnvelopeKeys, openEnvelope, sealEnvelope } from "../../src/wechat/envelope.ts"
import { messageSignature } from "../../src/wechat/signature.ts"
import { withoutForbiddenCharacters } from "../../src/wechat/xml.ts"
import vectors from "./vectors.json" with { type: "json" }

const token = Redacted.make("pamtest")
const key = Redacted.make("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG")
const otherKey = Redacted.make("A".repeat(43))
const keys: EnvelopeKeys = { token, appId: "wxb11529c136998cb6", key }
const stamp = { timestamp: "1409304348", nonce: "xxxxxx" }
const random = Buffer.from("aaaabbbbccccdddd")

const open = (with_: EnvelopeKeys, encrypted: string) =>
  openEnvelope(with_, encrypted, stamp, messageSignature(token, stamp.timestamp, stamp.nonce, encrypted))

const outcome = (with_: EnvelopeKeys, encrypted: string): string =>
  Result.match(open(with_, encrypted), { onFailure: (error) => error._tag, onSuccess: ({ xml }) => xml })

/** Encrypts bytes exactly as given: for plaintexts that no honest sender makes. */
const encryptRaw = (plain: Buffer): string => {
  const secret = Buffer.from(`${Redacted.value(key)}=`, "base64")
  const cipher = createCipheriv("aes-256-cbc", secret, secret.subarray(0, 16)).setAutoPadding(false)
  return Buffer.concat([cipher.update(plain), cipher.final()]).toString("base64")
}

const part = (document: string, name: string): string =>
  new RegExp(`<${name}>(?:<!\\[CDATA\\[)?(.*?)(?:\\]\\]>)?</${name}>`, "s").exec(document)?.[1] ?? ""

describe("the published vectors", () => {
  it.each(vectors.envelopes)("$id opens", (vector) => {
    const itsKeys = {
      token: Redacted.make(vector.token),
      appId: vector.appId,
      key: Redacted.make(vector.encodingAESKey)
    }
    const opened = openEnvelope(itsKeys, vector.encrypt, vector, vector.msgSignature)
    assert.strictEqual(Result.getOrThrow(opened).xml, vector.plaintext)
  })

  it.each(vectors.envelopes)("$id seals to the same bytes", (vector) => {
    const itsKeys = {
      token: Redacted.make(vector.token),
      appId: vector.appId,
      key: Redacted.make(vector.encodingAESKey)
    }
    // Bytes, some of them no text.
    const itsRandom = Buffer.from(vector.random16, "latin1")
    assert.strictEqual(encrypt(itsKeys.key, vector.appId, vector.plaintext, itsRandom), vector.encrypt)
    assert.strictEqual(
      sealEnvelope(itsKeys, vector.plaintext, vector, itsRandom),
      `<xml><Encrypt><![CDATA[${vector.encrypt}]]></Encrypt><MsgSignature><![CDATA[${vector.msgSignature}]]></MsgSignature>` +
        `<TimeStamp>${vector.timestamp}</TimeStamp><Nonce><![CDATA[${vector.nonce}]]></Nonce></xml>`
    )
  })
})

describe("openEnvelope", () => {
  it.prop("gives back what was sealed, for any text", [Schema.String], ([text]) => {
    const wellFormed = withoutForbiddenCharacters(text)
    assert.strictEqual(outcome(keys, encrypt(key, keys.appId, wellFormed, random)), wellFormed)
  })

  it.prop(
    "never throws and opens nothing that was not sealed with the key",
    [Schema.String, Schema.Uint8Array],
    ([text, bytes]) => {
      assert.strictEqual(outcome(keys, text), "EnvelopeClosed")
      assert.strictEqual(outcome(keys, Buffer.from(bytes).toString("base64")), "EnvelopeClosed")
      assert.strictEqual(outcome(keys, encrypt(otherKey, keys.appId, text, random)), "EnvelopeClosed")
    }
  )

  it("uses the previous key when the current one fails, and seals the reply with the one that opened", () => {
    const changed = { ...keys, key: otherKey, previousKey: key }
    const opened = Result.getOrThrow(open(changed, encrypt(key, keys.appId, "旧", random)))
    assert.strictEqual(opened.xml, "旧")
    const reply = opened.seal("答", stamp)
    assert.strictEqual(outcome(keys, part(reply, "Encrypt")), "答")
    assert.strictEqual(outcome({ ...keys, key: otherKey }, part(reply, "Encrypt")), "EnvelopeClosed")
    assert.strictEqual(outcome(changed, encrypt(otherKey, keys.appId, "新", random)), "新")
  })

  it("checks the signature before anything else", () => {
    const good = encrypt(key, keys.appId, "你好", random)
    const signature = messageSignature(token, stamp.timestamp, stamp.nonce, good)
    const tag = (encrypted: string, claimed: string | undefined) =>
      Result.match(openEnvelope(keys, encrypted, stamp, claimed), {
        onFailure: (error) => error._tag,
        onSuccess: () => "opened"
      })
    assert.strictEqual(tag(good, signature), "opened")
    assert.strictEqual(tag(good, undefined), "EnvelopeUnsigned")
    assert.strictEqual(tag(good, `${signature} `), "EnvelopeUnsigned")
    assert.strictEqual(tag(`${good}=`, signature), "EnvelopeUnsigned")
    assert.strictEqual(tag("not a ciphertext", signature), "EnvelopeUnsigned")
  })

  it("refuses wrong padding, lengths and app ids without saying which", () => {
    const plain = (length: number, rest: string, padding: number, padByte = padding): Buffer => {
      const size = Buffer.alloc(4)
      size.writeUInt32BE(length)
      return Buffer.concat([random, size, Buffer.from(rest), Buffer.alloc(padding, padByte)])
    }
    const id = keys.appId
    // 16 random bytes, 4 of length, 18 of app id: 26 more make two blocks.
    assert.strictEqual(outcome(keys, encryptRaw(plain(2, `hi${id}`, 24))), "hi")
    const wrong = [
      encryptRaw(plain(2, `hi${id}`, 24, 23)),
      encryptRaw(plain(2, `hi${id}`, 24, 0)),
      encryptRaw(plain(2, `hi${id}`, 56)),
      encryptRaw(Buffer.concat([plain(2, `hi${id}`, 0), Buffer.alloc(23, 7), Buffer.of(24)])),
      encryptRaw(plain(2, `hi${id}`, 24, 33)),
      encryptRaw(plain(3, `hi${id}`, 24)),
      encryptRaw(plain(1, `hi${id}`, 24)),
      encryptRaw(plain(0xff_ff_ff_ff, `hi${id}`, 24)),
      encryptRaw(plain(2, "hiwx0000000000000000", 24)),
      encryptRaw(Buffer.alloc(32, 32)),
      encryptRaw(Buffer.alloc(32, 14)),
      encryptRaw(Buffer.alloc(64, 32)),
      encryptRaw(plain(2, `hi${id}`, 8)),
      ""
    ]
    const noAppId = { ...keys, appId: "" }
    assert.strictEqual(outcome(noAppId, encryptRaw(plain(9, "hi", 10))), "EnvelopeClosed")
    const errors = wrong.map((encrypted) => Result.getOrThrow(Result.flip(open(keys, encrypted))))
    assert.deepStrictEqual(
      new Set(errors.map((error) => JSON.stringify(error))),
      new Set([JSON.stringify(Result.getOrThrow(Result.flip(open(keys, ""))))])
    )
    assert.deepStrictEqual(new Set(errors.map((error) => error._tag)), new Set(["EnvelopeClosed"]))
  })

  it("takes a whole block of padding and a key whose last character has spare bits", () => {
    const text = "x".repeat(26)
    assert.strictEqual(outcome(keys, encrypt(key, keys.appId, text, random)), text)
    const spare = Redacted.make(`${"A".repeat(42)}B`)
    assert.strictEqual(outcome({ ...keys, key: spare }, encrypt(spare, keys.appId, "hi", random)), "hi")
  })

  it("never seals the same text to the same bytes", () => {
    assert.notStrictEqual(sealEnvelope(keys, "hi", stamp), sealEnvelope(keys, "hi", stamp))
  })
})
