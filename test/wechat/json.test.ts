import { assert, describe, it } from "@effect/vitest"
import { Redacted, Result, Schema } from "effect"
import { encrypt } from "../../src/wechat/envelope.ts"
import { openSigned } from "../../src/wechat/message-mode.ts"
import { readMessage } from "../../src/wechat/messages.ts"
import { messageSignature, requestSignature } from "../../src/wechat/signature.ts"
import { callback, user } from "./callback-xml.ts"

const written = (content: string) =>
  `{"ToUserName":"gh_0123456789ab","FromUserName":"${user}","CreateTime":1700000000,"MsgType":"text",` +
  `"Content":${JSON.stringify(content)},"MsgId":7250021412600020992}`

describe("a callback in JSON", () => {
  it.prop(
    "says the same as in XML, whatever its text holds, with every digit of its id",
    [Schema.String],
    ([content]) => {
      const fromXml = readMessage(callback("text", { content }))
      if (content.includes("]]></Content>")) return
      assert.deepStrictEqual(readMessage(` \n${written(content)}`), fromXml)
    },
    { arbitrary: { runs: 50 } }
  )

  it("cannot be given fields by what a user writes", () => {
    const forged = '","FromUserName":"oVictim","x":"'
    assert.deepInclude(Result.getOrThrow(readMessage(written(forged))), { from: user, content: forged })
  })

  it.each([
    "{",
    "{}",
    '{"a":1}',
    "[]",
    `{"FromUserName":{"a":1}}`,
    '{"__proto__":{"MsgType":"text"}}',
    "{".repeat(60_000),
    `{"a":${"[".repeat(60_000)}`
  ])("that is no message is refused: %#", (body) => {
    assert.isTrue(Result.isFailure(readMessage(body)))
  })

  it.each(['{"a":"b"}', '["b"]', "null", "true"])(
    "has texts and numbers alone for fields: no %s",
    (value) => {
      const body = written("x")
      assert.isTrue(Result.isFailure(readMessage(body.replace('"x"', value))))
      assert.isTrue(Result.isSuccess(readMessage(body)))
    }
  )

  it("is opened where it is encrypted", () => {
    const keys = {
      token: Redacted.make("pamtest"),
      appId: "wxb11529c136998cb6",
      key: Redacted.make("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG")
    }
    const [timestamp, nonce] = ["1409304348", "n-1"]
    const encrypted = encrypt(keys.key, keys.appId, written("里"), Buffer.alloc(16))
    const query = {
      timestamp,
      nonce,
      signature: requestSignature(keys.token, timestamp, nonce),
      msg_signature: messageSignature(keys.token, timestamp, nonce, encrypted)
    }
    const body = JSON.stringify({ ToUserName: "gh_0123456789ab", Encrypt: encrypted })
    const opened = Result.getOrThrow(openSigned({ _tag: "Safe", keys }, query, body))
    assert.deepInclude(Result.getOrThrow(readMessage(opened.xml)), { content: "里" })
  })
})
