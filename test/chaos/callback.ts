/** Brings what people do to the servers as WeChat does: signed, within five seconds, three attempts at most (protocol notes 3.1). */
import { request } from "node:http"
import { Effect, Redacted } from "effect"
import { requestSignature } from "../../src/wechat/signature.ts"
import type { Attempt, History } from "./history.ts"
import { openidOf } from "./wechat-stand-in.ts"

export const token = "chaosToken"

/** WeChat hangs up after this long (notes 3.1). */
export const attemptLimitMillis = 5_000

/** A message on its way: its XML is the same in every attempt. */
export interface Message {
  readonly who: number
  readonly xml: string
}

/** A text as WeChat sends it. `id` is the MsgId. */
export const textMessage = (who: number, words: string, id: string): Message => ({
  who,
  xml: `${header(who, seconds())}<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[${words}]]></Content><MsgId>${id}</MsgId></xml>`
})

/** A click; events have no MsgId, so `createTimeSeconds` tells two of them apart. */
export const clickMessage = (who: number, button: string, createTimeSeconds: number): Message => ({
  who,
  xml: `${header(who, createTimeSeconds)}<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[CLICK]]></Event><EventKey><![CDATA[${button}]]></EventKey></xml>`
})

export const seconds = (): number => Math.floor(Date.now() / 1_000)

/** One attempt at one server. Each has a connection of its own, so that what was sent first is read first. */
export const attempt = (
  history: History,
  message: Message,
  server: number,
  port: number
): Effect.Effect<Attempt> =>
  Effect.callback<Attempt>((resume) => {
    const startedAt = history.now()
    const end = (outcome: Attempt["outcome"], text: string) => {
      clearTimeout(limit)
      asked.destroy()
      resume(Effect.succeed({ server, startedAt, endedAt: history.now(), outcome, text }))
    }
    const asked = request(
      {
        host: "127.0.0.1",
        port,
        method: "POST",
        path: signedPath(message.who),
        agent: false,
        headers: { "content-type": "text/xml", "content-length": Buffer.byteLength(message.xml) }
      },
      (response) => {
        const chunks: Array<Buffer> = []
        response.on("data", (chunk: Buffer) => chunks.push(chunk))
        response.on("error", () => end("cut", ""))
        response.on("end", () =>
          end(
            response.complete ? (response.statusCode ?? 0) : "cut",
            replyText(Buffer.concat(chunks).toString("utf8"))
          )
        )
      }
    )
    const limit = setTimeout(() => end("late", ""), attemptLimitMillis)
    asked.once("error", () => end("cut", ""))
    asked.end(message.xml)
  })

const signedPath = (who: number): string => {
  const timestamp = String(seconds())
  const nonce = String(who + 100_000)
  const signature = requestSignature(Redacted.make(token), timestamp, nonce)
  return `/wechat?signature=${signature}&timestamp=${timestamp}&nonce=${nonce}&openid=${openidOf(who)}`
}

const header = (who: number, createTimeSeconds: number): string =>
  `<xml><ToUserName><![CDATA[gh_0123456789ab]]></ToUserName><FromUserName><![CDATA[${openidOf(who)}]]></FromUserName><CreateTime>${createTimeSeconds}</CreateTime>`

const contentPattern = /<Content><!\[CDATA\[([\s\S]*)\]\]><\/Content>/

const replyText = (body: string): string => contentPattern.exec(body)?.[1] ?? ""
