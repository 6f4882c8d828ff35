/** Callbacks of WeChat as the bytes of whole HTTP requests: signed, with a fresh message id, from running users. */
import { randomBytes, randomInt } from "node:crypto"
import { Redacted } from "effect"
import type { Openid } from "../core/openid.ts"
import { encrypt } from "../wechat/envelope.ts"
import { cdata, element } from "../wechat/reply.ts"
import { messageSignature, requestSignature } from "../wechat/signature.ts"
import { numberedOpenid } from "./numbered-openid.ts"

/** The account that everybody writes to; made up, and the same for all contenders. */
export const account = {
  id: "gh_0123456789ab",
  appId: "wx0123456789abcdef",
  appSecret: "secretOfTheBenchmark",
  token: "tokenOfTheBenchmark",
  aesKey: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ"
} as const

export type MessageMode = "plain" | "safe"

const token = Redacted.make(account.token)
const aesKey = Redacted.make(account.aesKey)

export const user = (number: number): Openid => numberedOpenid("oWebhook", number)

/** Milliseconds since 1970. */
const nowMillis = () => performance.timeOrigin + performance.now()

/** WeChat's ids are numbers of 64 bits that grow. */
let lastMsgId = BigInt(Math.floor(nowMillis())) * 1_000_000n

/** One text from a user at this moment, as a `POST` on a connection that stays open. */
export const textCallback = (port: number, mode: MessageMode, from: Openid, text: string): Buffer => {
  lastMsgId += 1n
  const timestamp = String(Math.floor(nowMillis() / 1_000))
  const nonce = String(randomInt(1_000_000_000))
  const query = `signature=${requestSignature(token, timestamp, nonce)}&timestamp=${timestamp}&nonce=${nonce}&openid=${from}`
  const xml = element(
    "xml",
    element("ToUserName", cdata(account.id)) +
      element("FromUserName", cdata(from)) +
      element("CreateTime", timestamp) +
      element("MsgType", cdata("text")) +
      element("Content", cdata(text)) +
      element("MsgId", String(lastMsgId))
  )
  if (mode === "plain") return post(port, query, xml)
  const encrypted = encrypt(aesKey, account.appId, xml, randomBytes(16))
  const signature = messageSignature(token, timestamp, nonce, encrypted)
  return post(
    port,
    `${query}&encrypt_type=aes&msg_signature=${signature}`,
    element("xml", element("ToUserName", cdata(account.id)) + element("Encrypt", cdata(encrypted)))
  )
}

const post = (port: number, query: string, body: string): Buffer =>
  Buffer.from(
    [
      `POST /wechat?${query} HTTP/1.1`,
      "User-Agent: Mozilla/4.0",
      "Accept: */*",
      `Host: 127.0.0.1:${port}`,
      "Content-Type: text/xml",
      `Content-Length: ${Buffer.byteLength(body)}`,
      "",
      body
    ].join("\r\n")
  )
