import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { testAppId } from "../simulator-rig.ts"
import { botToken, elementText, textReply, type Received } from "../tiny-bot.ts"
import { account, sha1 } from "./account.ts"

// Written down a second time from the notes, so that the simulator is not checked by its own code.

const faultSentence = "该公众号提供的服务出现故障，请稍后再试"
const aesKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
const keyOf = (encodingKey: string) => Buffer.from(`${encodingKey}=`, "base64")

const opened = (sealed: string, encodingKey = aesKey) => {
  const key = keyOf(encodingKey)
  const decipher = createDecipheriv("aes-256-cbc", key, key.subarray(0, 16)).setAutoPadding(false)
  const block = Buffer.concat([decipher.update(Buffer.from(sealed, "base64")), decipher.final()])
  const padding = block.at(-1) ?? 0
  const length = block.readUInt32BE(16)
  return {
    blockBytes: block.length,
    padding,
    padBytes: new Set(block.subarray(block.length - padding)),
    message: block.subarray(20, 20 + length).toString("utf8"),
    tail: block.subarray(20 + length, block.length - padding).toString("utf8"),
    random: block.subarray(0, 16).toString("hex")
  }
}

const sealedReply = (xml: string, { appId = testAppId, signature = "", encodingKey = aesKey } = {}) => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(Buffer.byteLength(xml))
  const block = Buffer.concat([randomBytes(16), length, Buffer.from(xml), Buffer.from(appId)])
  const padding = 32 - (block.length % 32)
  const key = keyOf(encodingKey)
  const cipher = createCipheriv("aes-256-cbc", key, key.subarray(0, 16)).setAutoPadding(false)
  const padded = Buffer.concat([block, Buffer.alloc(padding, padding)])
  const sealed = Buffer.concat([cipher.update(padded), cipher.final()]).toString("base64")
  const signed = signature === "" ? sha1(botToken, "1700000000", "nonce", sealed) : signature
  return `<xml><Encrypt><![CDATA[${sealed}]]></Encrypt><MsgSignature><![CDATA[${signed}]]></MsgSignature><TimeStamp>1700000000</TimeStamp><Nonce><![CDATA[nonce]]></Nonce></xml>`
}

const plainOf = (received: Received): Received => ({
  ...received,
  body: opened(elementText(received.body, "Encrypt") ?? "").message
})

describe("protocol notes 4, encryption", () => {
  it.live(
    "1 to 3: AES-256-CBC, IV = AESKey[0..16), PKCS#7 with block size 32; random(16), length, message, appid",
    () =>
      Effect.gen(function* () {
        const { bot, platform, openid } = yield* account(() => "success", {
          aesKey,
          conditions: { mode: "safe" }
        })
        // Every length of padding, and so the whole block of 32 as well.
        for (let length = 1; length <= 32; length++) yield* platform.say(openid, "x".repeat(length))
        const blocks = bot.received.map(({ body }) => opened(elementText(body, "Encrypt") ?? ""))
        for (const { message, tail, blockBytes, padding, padBytes } of blocks) {
          assert.match(message, /^<xml><ToUserName>[^]*<\/xml>$/)
          assert.strictEqual(tail, testAppId)
          assert.strictEqual(blockBytes % 32, 0)
          assert.deepStrictEqual([...padBytes], [padding])
        }
        assert.strictEqual(new Set(blocks.slice(1).map(({ padding }) => padding)).size, 32)
        assert.strictEqual(new Set(blocks.map(({ random }) => random)).size, blocks.length)
      }).pipe(Effect.scoped)
  )

  it.live("1: the 43rd character may carry non-zero spare bits", () =>
    Effect.gen(function* () {
      const spare = `${aesKey.slice(0, 42)}B`
      const { bot } = yield* account(() => "success", { aesKey: spare, conditions: { mode: "safe" } })
      const { tail } = opened(elementText(bot.received[0]?.body ?? "", "Encrypt") ?? "", spare)
      assert.strictEqual(tail, testAppId)
    }).pipe(Effect.scoped)
  )

  it.live("5: the reply envelope is opened, and the wire shows what was inside", () =>
    Effect.gen(function* () {
      const { platform, openid, shown, lastCallback } = yield* account(
        (received) => sealedReply(textReply(plainOf(received), "密文好")),
        { aesKey, conditions: { mode: "safe" } }
      )
      yield* platform.say(openid, "密文吗")
      assert.strictEqual((yield* shown).at(-1)?.text, "密文好")
      const raw = (yield* lastCallback)?.raw
      assert.include(raw?.openedRequest ?? "", "密文吗")
      assert.include(raw?.openedAnswer ?? "", "密文好")
      assert.notInclude(`${raw?.requestBody}${raw?.answerBody}`, "密文")
    }).pipe(Effect.scoped)
  )

  const wrong: ReadonlyArray<readonly [string, (xml: string) => string, RegExp]> = [
    ["a reply that is not encrypted, in safe mode", (xml) => xml, /必须加密/],
    ["msg_signature wrong", (xml) => sealedReply(xml, { signature: "0".repeat(40) }), /MsgSignature/],
    ["another appid at the tail (pitfall 25)", (xml) => sealedReply(xml, { appId: "wxother" }), /AppID/],
    ["another key", (xml) => sealedReply(xml, { encodingKey: "B".repeat(43) }), /解不开/]
  ]
  it.live.each(wrong)("the fault sentence for %s", ([, spoil, words]) =>
    Effect.gen(function* () {
      const { platform, openid, shown, lastCallback } = yield* account(
        (received) => spoil(textReply(plainOf(received), "好")),
        { aesKey, conditions: { mode: "safe" } }
      )
      yield* platform.say(openid, "吗")
      assert.strictEqual((yield* shown).at(-1)?.text, faultSentence)
      assert.match((yield* lastCallback)?.explanation ?? "", words)
    }).pipe(Effect.scoped)
  )

  it.live("2.1: in compatible mode a reply may be plain or encrypted", () =>
    Effect.gen(function* () {
      const { platform, openid, shown } = yield* account(
        (received, count) => {
          const xml = textReply(plainOf(received), `第${count}次`)
          return count % 2 === 0 ? xml : sealedReply(xml)
        },
        { aesKey, conditions: { mode: "compatible" } }
      )
      yield* platform.say(openid, "一")
      assert.deepStrictEqual(
        (yield* shown).slice(1).map(({ text }) => text),
        ["第1次", "第2次"]
      )
    }).pipe(Effect.scoped)
  )
})
