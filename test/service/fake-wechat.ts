/** WeChat's API as the protocol notes describe it (5 to 7), with the allowance per trigger and the errcodes; it knows nothing of the service's code. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { Effect, type Scope } from "effect"
import type { Shown } from "./callback.ts"

export const appId = "wxfake0123456789ab"
export const appSecret = "fake0123456789abcdef0123456789ab"

/** What an action of a user allows (notes 6.1). */
const allowances = {
  message: { pushes: 5, millis: 48 * 3_600_000 },
  click: { pushes: 3, millis: 60_000 },
  follow: { pushes: 3, millis: 60_000 }
} as const

export type Trigger = keyof typeof allowances

/** One bubble on a phone, with how it came. */
export type Heard = Shown & { readonly by: "reply" | "push"; readonly atMillis: number }

export interface Push {
  readonly to: string
  readonly errcode: number
  readonly atMillis: number
}

interface Follower {
  following: boolean
  window: { left: number; endsMillis: number }
  readonly heard: Array<Heard>
}

export interface FakeWeChat {
  readonly url: string
  /** Every push in the order in which it was answered. */
  readonly pushes: Array<Push>
  readonly tokensIssued: () => number
  /** Paths that were asked, in order. */
  readonly asked: Array<string>
  readonly follower: (openid: string) => Follower
  readonly trigger: (openid: string, trigger: Trigger) => void
  /** What pushes come to instead of success; undefined: as usual. */
  refuse: (to: string, content: string) => number | undefined
  sendTakesMillis: number
  menu: unknown
  /** What any call with a path comes to instead; undefined: as usual. */
  refuseCall: (path: string) => { readonly errcode: number; readonly errmsg: string } | undefined
  pushesLeftToday: number
}

/** Serves on a free port of 127.0.0.1 until the scope ends. */
export const fakeWeChat: Effect.Effect<FakeWeChat, never, Scope.Scope> = Effect.gen(function* () {
  const followers = new Map<string, Follower>()
  const tokens: Array<string> = []
  const state: Omit<FakeWeChat, "url"> & { -readonly [K in "url"]: string } = {
    url: "",
    pushes: [],
    asked: [],
    tokensIssued: () => tokens.length,
    follower: (openid) => {
      const found = followers.get(openid) ?? {
        following: true,
        window: { left: 0, endsMillis: 0 },
        heard: []
      }
      followers.set(openid, found)
      return found
    },
    trigger: (openid, trigger) => {
      const { pushes, millis } = allowances[trigger]
      state.follower(openid).window = { left: pushes, endsMillis: Date.now() + millis }
    },
    refuse: () => undefined,
    sendTakesMillis: 0,
    menu: undefined,
    refuseCall: () => undefined,
    pushesLeftToday: 500_000
  }

  const send = async (body: unknown): Promise<number> => {
    if (state.sendTakesMillis > 0) await new Promise((done) => setTimeout(done, state.sendTakesMillis))
    const { touser = "", msgtype = "", ...rest } = body as Record<string, never>
    const content = rest[msgtype] as
      | { content?: string; media_id?: string; thumb_media_id?: string }
      | undefined
    const follower = followers.get(touser)
    if (follower === undefined) return 40003
    if (!follower.following) return 43004
    const bubble = bubbleOf(msgtype, content)
    if (typeof bubble === "number") return bubble
    const forced = state.refuse(touser, bubble.kind === "text" ? bubble.text : "")
    if (forced !== undefined) return forced
    if (follower.window.endsMillis <= Date.now()) return 45015
    if (follower.window.left <= 0) return 45047
    follower.window.left -= 1
    follower.heard.push({ ...bubble, by: "push", atMillis: Date.now() })
    return 0
  }

  const answer = async (path: string, query: URLSearchParams, body: unknown): Promise<unknown> => {
    const given = body as
      | { appid?: string; secret?: string; grant_type?: string; button?: unknown }
      | undefined
    const refused = state.refuseCall(path)
    if (refused !== undefined) return refused
    if (path === "/cgi-bin/stable_token") {
      if (given?.grant_type !== "client_credential") return failure(40002, "invalid grant_type")
      if (given.appid !== appId) return failure(40013, "invalid appid")
      if (given.secret !== appSecret) return failure(40125, "invalid appsecret")
      const token = tokens[0] ?? `stable_${"x".repeat(500)}_token`
      if (tokens.length === 0) tokens.push(token)
      return { access_token: token, expires_in: 7_200 }
    }
    const token = query.get("access_token")
    if (token === null) return failure(41001, "access_token missing")
    if (!tokens.includes(token)) return failure(40001, "invalid credential")
    switch (path) {
      case "/cgi-bin/message/custom/send": {
        if (body === undefined) return failure(47001, "data format error")
        const errcode = await send(body)
        state.pushes.push({ to: (body as { touser: string }).touser, errcode, atMillis: Date.now() })
        return errcode === 0 ? { errcode, errmsg: "ok" } : failure(errcode, "refused")
      }
      case "/cgi-bin/message/custom/typing":
        return { errcode: 0, errmsg: "ok" }
      case "/cgi-bin/menu/create":
        if (given?.button === undefined) return failure(40016, "invalid button size")
        state.menu = given
        return { errcode: 0, errmsg: "ok" }
      case "/cgi-bin/menu/get":
        return state.menu === undefined ? failure(46003, "menu no exist") : { menu: state.menu }
      case "/cgi-bin/get_api_domain_ip":
        return { ip_list: ["198.51.100.7", "203.0.113.0/24"] }
      case "/cgi-bin/callback/check":
        return {
          dns: [{ ip: "192.0.2.1", real_operator: "UNICOM" }],
          ping: [{ ip: "192.0.2.1", from_operator: "CAP", package_loss: "0%", time: "2.1ms" }]
        }
      case "/cgi-bin/openapi/quota/get":
        return {
          errcode: 0,
          quota: {
            daily_limit: 500_000,
            used: 500_000 - state.pushesLeftToday,
            remain: state.pushesLeftToday
          }
        }
      default:
        return failure(40066, "invalid url")
    }
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://fake")
    state.asked.push(url.pathname)
    void (async () => {
      const body = await bodyOf(request)
      reply(response, await answer(url.pathname, url.searchParams, body))
    })()
  })
  yield* Effect.acquireRelease(
    Effect.promise(() => new Promise<void>((done) => server.listen(0, "127.0.0.1", done))),
    () =>
      Effect.promise(
        () =>
          new Promise<void>((done) => {
            server.close(() => done())
            server.closeAllConnections()
          })
      )
  )
  const address = server.address()
  state.url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`
  return state
})

const failure = (errcode: number, words: string) => ({
  errcode,
  errmsg: `${words} rid: 65b7c1d2-0a1b2c3d-4e5f6071`
})

const bubbleOf = (
  msgtype: string,
  content: { content?: string; media_id?: string; thumb_media_id?: string } | undefined
): Shown | number => {
  if (content === undefined) return 40008
  switch (msgtype) {
    case "text": {
      const text = content.content ?? ""
      return text === "" ? 44004 : Buffer.byteLength(text) > 2_048 ? 45002 : { kind: "text", text }
    }
    case "image":
    case "voice":
      return content.media_id === undefined ? 40007 : { kind: msgtype, mediaId: content.media_id }
    case "video":
      return content.media_id === undefined || content.thumb_media_id === undefined
        ? 40007
        : { kind: "video", mediaId: content.media_id }
    default:
      return 40008
  }
}

const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString("utf8")
  try {
    return text === "" ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

const reply = (response: ServerResponse, body: unknown) => {
  response.writeHead(200, { "content-type": "application/json; encoding=utf-8" })
  response.end(JSON.stringify(body))
}
