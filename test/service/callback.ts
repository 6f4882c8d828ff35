/** WeChat's side of the callback, written from the protocol notes alone: signing, XML, and reading what was answered. */
import { createHash, randomInt } from "node:crypto"
import { Agent, request } from "node:http"

export const accountId = "gh_service00test"

/** What was answered, as it came over the wire. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly body: string
  readonly tookMillis: number
}

/** What a user sees. */
export type Shown =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "image" | "voice" | "video"; readonly mediaId: string }

/**
 * A connection for each exchange: a kept one may be closed by the server, after five seconds of silence, at the moment something is sent
 * on it, and that would be cut off.
 */
const agent = new Agent({ keepAlive: false })

/** Several times what a server may take: without an end a test that hangs here would not say where. */
const exchangeLimitMillis = 20_000

export const exchange = (
  url: string,
  options: {
    readonly method?: string
    readonly body?: string | Buffer
    readonly headers?: Readonly<Record<string, string>>
  } = {}
): Promise<Answer> =>
  new Promise((done, failed) => {
    const startedAt = performance.now()
    const { body, headers = {}, method = body === undefined ? "GET" : "POST" } = options
    const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) }
    const sent = request(url, { agent, method, headers: { ...length, ...headers } }, (response) => {
      const chunks: Array<Buffer> = []
      response.on("data", (chunk: Buffer) => void chunks.push(chunk))
      response.once("error", failed)
      response.once("end", () =>
        done({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString("utf8"),
          tookMillis: performance.now() - startedAt
        })
      )
    })
    sent.once("error", failed)
    sent.setTimeout(exchangeLimitMillis, () =>
      sent.destroy(new Error(`no answer within ${exchangeLimitMillis} ms: ${method} ${url}`))
    )
    sent.end(body)
  })

/** sha1 over token, timestamp and nonce in byte order (notes 1). */
export const signatureOf = (token: string, timestamp: string, nonce: string): string =>
  createHash("sha1").update([token, timestamp, nonce].sort().join("")).digest("hex")

/** The query of a callback; `secondsOff` shifts its timestamp. */
export const signedQuery = (token: string, secondsOff = 0): URLSearchParams => {
  const timestamp = String(Math.floor(Date.now() / 1_000) + secondsOff)
  const nonce = String(randomInt(1_000_000_000))
  return new URLSearchParams({ signature: signatureOf(token, timestamp, nonce), timestamp, nonce })
}

/** Elements after the header, in order. WeChat puts text into CDATA without splitting what stands in it (pitfall 41). */
export type Elements = Readonly<Record<string, string>>

/** The body of one message. The caller keeps it to send it again. */
export const messageXml = (from: string, msgType: string, elements: Elements, createTime: number): string => {
  const cdata = (name: string, value: string) => `<${name}><![CDATA[${value}]]></${name}>`
  return [
    "<xml>",
    cdata("ToUserName", accountId),
    cdata("FromUserName", from),
    `<CreateTime>${createTime}</CreateTime>`,
    cdata("MsgType", msgType),
    ...Object.entries(elements).map(([name, value]) =>
      /^(MsgId|Location_X|Location_Y|Scale)$/.test(name) ? `<${name}>${value}</${name}>` : cdata(name, value)
    ),
    "</xml>"
  ].join("\n")
}

let lastMsgId = 7_250_021_412_600_000_000n

export const nextMsgId = (): string => {
  lastMsgId += BigInt(randomInt(1, 1_000))
  return String(lastMsgId)
}

/** What the phone shows of an answer, read as strictly as WeChat does; undefined: nothing. Throws where WeChat shows its fault notice. */
export const shown = (answer: Answer, to: string): Shown | undefined => {
  if (answer.status !== 200) throw new Error(`fault notice: status ${answer.status}`)
  if (answer.headers["content-length"] !== String(Buffer.byteLength(answer.body))) {
    throw new Error("fault notice: no Content-Length, or a wrong one")
  }
  if (answer.body === "" || answer.body === "success") return undefined
  const fields = elementsOf(answer.body)
  expectField(fields, "ToUserName", to)
  expectField(fields, "FromUserName", accountId)
  if (!/^\d{10}$/.test(fields.get("CreateTime") ?? "")) throw new Error("fault notice: CreateTime")
  const kind = fields.get("MsgType")
  switch (kind) {
    case "text": {
      const text = fields.get("Content") ?? ""
      if (text === "" || Buffer.byteLength(text) > 2_048) throw new Error("fault notice: Content")
      return { kind, text }
    }
    case "image":
    case "voice":
    case "video": {
      const wrapper = { image: "Image", voice: "Voice", video: "Video" }[kind]
      const mediaId = elementsOf(`<xml>${fields.get(wrapper) ?? ""}</xml>`).get("MediaId")
      if (mediaId === undefined || mediaId === "") throw new Error("fault notice: MediaId")
      return { kind, mediaId }
    }
    default:
      throw new Error(`fault notice: MsgType ${kind}`)
  }
}

const expectField = (fields: ReadonlyMap<string, string>, name: string, value: string) => {
  if (fields.get(name) !== value) throw new Error(`fault notice: ${name} is ${fields.get(name)}`)
}

/** The children of `<xml>`: CDATA sections joined, or the raw inside of an element. No name may occur twice. */
const elementsOf = (xml: string): ReadonlyMap<string, string> => {
  const inside = /^<xml>([\s\S]*)<\/xml>$/.exec(xml)?.[1]
  if (inside === undefined) throw new Error("fault notice: not <xml>")
  const fields = new Map<string, string>()
  let rest = inside
  while (rest.trim() !== "") {
    const open = /^\s*<([A-Za-z_]+)>/.exec(rest)
    const name = open?.[1]
    if (open === null || name === undefined || fields.has(name)) throw new Error("fault notice: elements")
    rest = rest.slice(open[0].length)
    const sections = /^(?:<!\[CDATA\[[\s\S]*?\]\]>)+/.exec(rest)?.[0]
    const close = `</${name}>`
    if (sections === undefined) {
      const end = rest.indexOf(close)
      if (end < 0) throw new Error("fault notice: an element stays open")
      fields.set(name, rest.slice(0, end))
      rest = rest.slice(end + close.length)
    } else {
      const values = [...sections.matchAll(/<!\[CDATA\[([\s\S]*?)\]\]>/g)].map(([, value]) => value ?? "")
      fields.set(name, values.join(""))
      rest = rest.slice(sections.length)
      if (!rest.startsWith(close)) throw new Error("fault notice: an element stays open")
      rest = rest.slice(close.length)
    }
  }
  return fields
}
