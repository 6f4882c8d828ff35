import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { botAccountId, botToken, elementText } from "../tiny-bot.ts"
import { account, fields, sha1, told } from "./account.ts"

const aesKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"

describe("protocol notes 2.1, query and body per mode", () => {
  it.live("plain: signature, timestamp, nonce and openid; plain XML as text/xml", () =>
    Effect.gen(function* () {
      const { bot, platform, openid } = yield* account()
      yield* platform.say(openid, "一句话")
      const said = bot.received.at(-1)
      assert.deepStrictEqual([...(said?.query.keys() ?? [])].toSorted(), [
        "nonce",
        "openid",
        "signature",
        "timestamp"
      ])
      assert.strictEqual(said?.query.get("openid"), openid)
      assert.strictEqual(said?.headers["content-type"], "text/xml")
      assert.isUndefined(said?.headers["traceparent"])
      assert.strictEqual(elementText(said?.body ?? "", "Content"), "一句话")
    }).pipe(Effect.scoped)
  )

  for (const mode of ["compatible", "safe"] as const) {
    it.live(
      mode === "safe"
        ? "safe: the same query as compatible; only ToUserName and Encrypt"
        : "compatible: encrypt_type=aes and msg_signature as well; plain fields and Encrypt in one document, about 3 times the size",
      () =>
        Effect.gen(function* () {
          const { bot, platform, openid } = yield* account(() => "success", { aesKey, conditions: { mode } })
          yield* platform.say(openid, "一句话")
          const { query, body } = bot.received.at(-1) ?? { query: new URLSearchParams(), body: "" }
          const [sealed = ""] = fields(body, "Encrypt")
          const stamp = [botToken, query.get("timestamp") ?? "", query.get("nonce") ?? ""]
          assert.strictEqual(query.get("signature"), sha1(...stamp))
          assert.strictEqual(query.get("msg_signature"), sha1(...stamp, sealed))
          assert.strictEqual(query.get("encrypt_type"), "aes")
          const names = [...body.matchAll(/<(\w+)>/g)].map(([, name]) => name)
          assert.deepStrictEqual(
            names,
            mode === "safe"
              ? ["xml", "ToUserName", "Encrypt"]
              : ["xml", "ToUserName", "FromUserName", "CreateTime", "MsgType", "Content", "MsgId", "Encrypt"]
          )
        }).pipe(Effect.scoped)
    )
  }

  it.live(
    "ToUserName is the account's gh_…, FromUserName the user's OpenID of 28 characters; these come first, line by line",
    () =>
      Effect.gen(function* () {
        const { bot, platform, openid } = yield* account()
        yield* platform.say(openid, "一")
        assert.match(openid, /^o[\w-]{27}$/)
        const head = `<xml><ToUserName><![CDATA[${botAccountId}]]></ToUserName>\n<FromUserName><![CDATA[${openid}]]></FromUserName>\n<CreateTime>`
        for (const { body } of bot.received) assert.isTrue(body.startsWith(head))
      }).pipe(Effect.scoped)
  )
})

describe("protocol notes 2.2, common fields", () => {
  it.live(
    "CreateTime is integer seconds; MsgId a 64-bit integer past what a double holds, another for each message",
    () =>
      Effect.gen(function* () {
        const bodies = yield* told({ act: "say", text: "一" }, { act: "say", text: "二" })
        const nowSeconds = Date.now() / 1000
        for (const body of bodies) {
          const [time, id] = fields(body, "CreateTime", "MsgId")
          assert.approximately(Number(time), nowSeconds, 60)
          assert.match(id ?? "", /^\d{19}$/)
          assert.isFalse(Number.isSafeInteger(Number(id)))
        }
        assert.strictEqual(new Set(bodies.map((body) => elementText(body, "MsgId"))).size, 2)
      }).pipe(Effect.scoped)
  )

  it.live("a message that came from an article has MsgDataId and Idx, from 1", () =>
    Effect.gen(function* () {
      const [body] = yield* told({ act: "say", text: "读后感", article: { dataId: "2247483647", index: 1 } })
      assert.deepStrictEqual(fields(body, "MsgDataId", "Idx", "Content"), ["2247483647", "1", "读后感"])
    }).pipe(Effect.scoped)
  )
})
