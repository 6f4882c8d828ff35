/** A hand-written account server: checks the signature itself, keeps what came, answers as it is told. */
import { createHash } from "node:crypto"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { Effect } from "effect"

export interface Received {
  readonly query: URLSearchParams
  readonly headers: { readonly [name: string]: string | ReadonlyArray<string> | undefined }
  readonly body: string
}

/** `undefined`: never answer. */
export type BotAnswer = { readonly status?: number; readonly body: string | Uint8Array } | string | undefined

export interface TinyBot {
  readonly url: string
  /** The queries of WeChat's checks of the address. */
  readonly checks: ReadonlyArray<URLSearchParams>
  readonly received: ReadonlyArray<Received>
}

export const botToken = "tinybottoken"
export const botAccountId = "gh_0123456789ab"

export const tinyBot = (
  answer: (received: Received, count: number) => BotAnswer,
  echo: (echostr: string) => string | undefined = (echostr) => echostr
) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.promise(() => start(answer, echo)),
      ({ server }) =>
        Effect.promise(() => {
          server.closeAllConnections()
          return new Promise<void>((resolve) => void server.close(() => resolve()))
        })
    ),
    ({ bot }) => bot
  )

/** The text of an element that holds CDATA or digits. */
export const elementText = (xml: string, name: string): string | undefined =>
  new RegExp(`<${name}>(?:<!\\[CDATA\\[([\\s\\S]*)\\]\\]>|([^<]*))</${name}>`)
    .exec(xml)
    ?.slice(1)
    .find((text) => text !== undefined)

export const textReply = (received: Received, content: string): string =>
  reply(received, `<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[${content}]]></Content>`)

export const reply = (received: Received, elements: string): string =>
  `<xml><ToUserName><![CDATA[${elementText(received.body, "FromUserName") ?? ""}]]></ToUserName>` +
  `<FromUserName><![CDATA[${botAccountId}]]></FromUserName><CreateTime>1700000000</CreateTime>${elements}</xml>`

const start = (
  answer: (received: Received, count: number) => BotAnswer,
  echo: (echostr: string) => string | undefined
) =>
  new Promise<{ readonly bot: TinyBot; readonly server: Server }>((resolve) => {
    const received: Array<Received> = []
    const checks: Array<URLSearchParams> = []
    const server = createServer((request, response) => {
      const query = new URL(request.url ?? "/", "http://localhost").searchParams
      const chunks: Array<Buffer> = []
      request.on("data", (chunk: Buffer) => chunks.push(chunk))
      request.on("end", () => {
        const parts = [botToken, query.get("timestamp") ?? "", query.get("nonce") ?? ""].sort()
        const expected = createHash("sha1").update(parts.join("")).digest("hex")
        if (query.get("signature") !== expected) return void response.writeHead(401).end()
        if (request.method === "GET") {
          checks.push(query)
          const echoed = echo(query.get("echostr") ?? "")
          return echoed === undefined ? undefined : void response.end(echoed)
        }
        const entry = { query, headers: request.headers, body: Buffer.concat(chunks).toString("utf8") }
        received.push(entry)
        const told = answer(entry, received.length)
        if (told === undefined) return
        const { status = 200, body } = typeof told === "string" ? { body: told } : told
        return void response.writeHead(status, { "content-type": "text/xml" }).end(body)
      })
    })
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo
      resolve({ server, bot: { url: `http://127.0.0.1:${port}/wechat`, received, checks } })
    })
  })
