import { randomBytes, randomInt } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { accountId, type Answer, exchange, messageXml, nextMsgId, signedQuery } from "./callback.ts"
import { fakeWeChat } from "./fake-wechat.ts"
import { msgSignature, newKey, open, seal } from "./sealing.ts"
import { assertSays } from "./sentences.ts"
import { serving, servingVariables, token } from "./stage.ts"
import { emptyFolder } from "./xiaohou-process.ts"

const openid = () => `o${randomBytes(30).toString("hex").slice(0, 27)}`

const status = (from: string) =>
  messageXml(from, "text", { Content: "状态", MsgId: nextMsgId() }, Math.floor(Date.now() / 1_000))

/** Sends `sealed`, signed, in the envelope of the mode; `beside` are plain elements of the compatible mode. */
const post = (url: string, sealed: string, beside = "", spoiled: Readonly<Record<string, string>> = {}) =>
  Effect.promise(() => {
    const query = signedQuery(token)
    query.set("encrypt_type", "aes")
    query.set("msg_signature", msgSignature(query.get("timestamp") ?? "", query.get("nonce") ?? "", sealed))
    for (const [name, value] of Object.entries(spoiled)) query.set(name, value)
    const body = `<xml><ToUserName><![CDATA[${accountId}]]></ToUserName>${beside}<Encrypt><![CDATA[${sealed}]]></Encrypt></xml>`
    return exchange(`${url}/wechat?${query}`, { body })
  })

/** The words in a sealed answer; its signature has to be right. */
const wordsIn = (answer: Answer, key: string): string => {
  const envelope =
    /^<xml><Encrypt><!\[CDATA\[(.+)\]\]><\/Encrypt><MsgSignature><!\[CDATA\[(.+)\]\]><\/MsgSignature><TimeStamp>(\d{10})<\/TimeStamp><Nonce><!\[CDATA\[(.+)\]\]><\/Nonce><\/xml>$/
  const [, sealed = "", signature, timestamp = "", nonce = ""] = envelope.exec(answer.body) ?? []
  assert.strictEqual(signature, msgSignature(timestamp, nonce, sealed))
  return /<Content><!\[CDATA\[([\s\S]*)\]\]><\/Content>/.exec(open(key, sealed))?.[1] ?? ""
}

const inMode = Effect.fnUntraced(function* (mode: string) {
  const weChat = yield* fakeWeChat
  const { MEMCACHED_SERVERS: _none, ...plain } = servingVariables(weChat, 1)
  const [key, previous] = [newKey(), newKey()]
  const variables = {
    ...plain,
    ...(mode === "" ? {} : { WECHAT_MESSAGE_MODE: mode }),
    WECHAT_ENCODING_AES_KEY: key,
    WECHAT_PREVIOUS_ENCODING_AES_KEY: previous
  }
  const { url } = yield* serving(variables, yield* emptyFolder)
  return { url, key, previous }
})

describe("encrypted messages", () => {
  for (const mode of ["", "compatible"]) {
    it.live(
      `${mode === "" ? "safe, because a key is set" : mode}: only what is sealed and signed counts`,
      () =>
        Effect.gen(function* () {
          const { url, key, previous } = yield* inMode(mode)
          // A reply uses the key that opened the message.
          for (const used of [key, previous]) {
            const answer = yield* post(url, seal(used, status(openid())))
            assert.strictEqual(answer.status, 200)
            assertSays({ kind: "text", text: wordsIn(answer, used) }, "未配对")
          }
          const sealed = seal(key, status(openid()))
          const statuses = yield* Effect.forEach(
            [
              post(url, sealed, "", { msg_signature: "0".repeat(40) }),
              post(url, sealed, "", { msg_signature: "" }),
              post(url, sealed, "", { signature: "0".repeat(40) }),
              post(url, seal(newKey(), status(openid()))),
              post(url, seal(key, status(openid()), "wxanother000000000")),
              post(url, seal(key, "not a message")),
              post(url, "%%%")
            ],
            Effect.map((answer: Answer) => answer.status)
          )
          assert.deepStrictEqual(statuses, [401, 401, 401, 400, 400, 400, 400])
          // The setting decides, never the request.
          const plain = yield* Effect.promise(() =>
            exchange(`${url}/wechat?${signedQuery(token)}`, { body: status(openid()) })
          )
          assert.include([400, 401], plain.status)
          const echo = signedQuery(token)
          echo.set("echostr", String(randomInt(1_000_000)))
          const verified = yield* Effect.promise(() => exchange(`${url}/wechat?${echo}`))
          assert.deepStrictEqual([verified.status, verified.body], [200, echo.get("echostr")])
        }).pipe(Effect.scoped)
    )
  }

  it.live("compatible: the plain elements beside the sealed one are not believed", () =>
    Effect.gen(function* () {
      const { url, key } = yield* inMode("compatible")
      const forged = messageXml(openid(), "text", { Content: "帮助" }, 1).replaceAll(
        /<\/?xml>|<ToUserName>.*<\/ToUserName>/g,
        ""
      )
      const answer = yield* post(url, seal(key, status(openid())), forged)
      assertSays({ kind: "text", text: wordsIn(answer, key) }, "未配对")
    }).pipe(Effect.scoped)
  )
})
