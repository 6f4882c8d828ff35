/** A stage for one story: real memcached, a fake WeChat, service processes that share both, and people with phones. */
import { randomBytes } from "node:crypto"
import { Context, Effect, Layer, type Scope } from "effect"
import { freePort, memcachedProcess, type MemcachedProcess } from "../memcached/memcached-process.ts"
import {
  type Answer,
  type Elements,
  exchange,
  messageXml,
  nextMsgId,
  shown,
  type Shown,
  signedQuery
} from "./callback.ts"
import { eventually } from "./eventually.ts"
import { appId, appSecret, type FakeWeChat, fakeWeChat, type Heard, type Trigger } from "./fake-wechat.ts"
import { assertSays } from "./sentences.ts"
import { emptyFolder, type Running, type Variables, xiaohou } from "./xiaohou-process.ts"

export const token = "ServiceTestToken2024"

export interface Server {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  readonly process: Running
}

export interface Stage {
  readonly memcached: MemcachedProcess
  readonly weChat: FakeWeChat
  readonly servers: ReadonlyArray<Server>
  /** A new follower, who talks to the server of this number. */
  readonly person: (server?: number) => Person
}

export interface Person {
  readonly openid: string
  /** Everything on the phone that is not the user's own, in order of arrival. */
  readonly heard: ReadonlyArray<Heard>
  readonly says: (text: string) => Effect.Effect<Shown | undefined>
  readonly presses: (button: string) => Effect.Effect<Shown | undefined>
  readonly sends: (msgType: string, elements: Elements) => Effect.Effect<Shown | undefined>
  readonly unfollows: Effect.Effect<void>
  /** The next bubble that was not waited for yet. */
  readonly hears: (withinMillis?: number) => Effect.Effect<Heard>
  /** Bubbles that nobody waited for yet, and forgets them. */
  readonly rest: () => ReadonlyArray<Heard>
  /** One message as WeChat would send it, for stories about its attempts. */
  readonly message: (msgType: string, elements: Elements) => Message
}

export interface Message {
  /** Sends it to the person's server, or to another; the answer is shown on the phone unless `unseen`. */
  readonly attempt: (options?: { readonly server?: number }) => Effect.Effect<Answer>
}

/** The first waits, the second comes, and both are told. */
export const pair = Effect.fnUntraced(function* (first: Person, second: Person) {
  assertSays(yield* first.presses("配对"), "正在配对")
  assertSays(yield* second.presses("配对"), "已配对成功，可以开始聊天")
  assertSays(yield* first.hears(), "已配对成功，可以开始聊天")
})

/** What serving needs: everything but the port. */
export const servingVariables = (weChat: Pick<FakeWeChat, "url">, memcachedPort: number): Variables => ({
  WECHAT_TOKEN: token,
  WECHAT_APP_ID: appId,
  WECHAT_APP_SECRET: appSecret,
  WECHAT_API_URL: weChat.url,
  MEMCACHED_SERVERS: `127.0.0.1:${memcachedPort}`,
  LINK_SECRET: "link-secret-of-the-service-tests",
  LOG_LEVEL: "debug"
})

export const stage = (options: {
  readonly servers: number
  readonly variables?: Variables
}): Effect.Effect<Stage, never, Scope.Scope> =>
  Effect.gen(function* () {
    const [memcached, weChat, folder] = yield* Effect.all([memcachedProcess(), fakeWeChat, emptyFolder], {
      concurrency: "unbounded"
    })
    const variables = { ...servingVariables(weChat, memcached.port), ...options.variables }
    const servers = yield* Effect.replicateEffect(serving(variables, folder), options.servers, {
      concurrency: "unbounded"
    })
    return {
      memcached,
      weChat,
      servers,
      person: (server = 0) =>
        personAt(
          weChat,
          servers.map(({ url }) => url),
          server
        )
    }
  })

/** One stage for all stories of a group; each brings people of its own and leaves nobody waiting. */
export class SharedStage extends Context.Service<SharedStage, Stage>()("test/service/SharedStage") {
  static readonly layer = (options: Parameters<typeof stage>[0]) => Layer.effect(SharedStage, stage(options))
}

/** A process that serves on a free port, once it is ready (or says with 503 that a neighbour is missing). */
export const serving = Effect.fnUntraced(function* (
  variables: Variables,
  folder: string,
  readiness: 200 | 503 = 200
) {
  const port = yield* freePort
  const url = `http://127.0.0.1:${port}`
  const process = yield* xiaohou(["serve"], { ...variables, PORT: String(port) }, folder)
  yield* eventually(
    "the service answers",
    async () => {
      if (!process.leftBehind()) throw new Error(`the service ended: ${process.stdout()}${process.stderr()}`)
      const answer = await exchange(`${url}/readyz`).catch(() => undefined)
      return answer?.status === readiness ? true : undefined
    },
    15_000
  )
  const server: Server = { url, process }
  return server
})

export const personAt = (
  weChat: FakeWeChat,
  urls: ReadonlyArray<string>,
  home: number,
  openid = `o${randomBytes(21).toString("base64url").slice(0, 27)}`
): Person => {
  const follower = weChat.follower(openid)
  let waitedFor = 0
  let lastSecond = 0

  const message = (msgType: string, elements: Elements): Message => {
    // Events have no id: two equal ones of one second are one to WeChat (notes 3.1). Fingers are slower than tests.
    lastSecond = Math.max(Math.floor(Date.now() / 1_000), lastSecond + 1)
    const body = messageXml(openid, msgType, elements, lastSecond)
    const trigger = triggerOf(msgType, elements)
    return {
      attempt: ({ server = home } = {}) =>
        Effect.promise(() => {
          if (trigger !== undefined) weChat.trigger(openid, trigger)
          return exchange(`${urls[server]}/wechat?${signedQuery(token)}&openid=${openid}`, {
            body,
            headers: { "content-type": "text/xml" }
          })
        })
    }
  }

  const sends = (msgType: string, elements: Elements) =>
    Effect.map(message(msgType, elements).attempt(), (answer) => {
      const bubble = shown(answer, openid)
      // What a person did and saw at once is not waited for: `hears` is about what comes later.
      if (bubble !== undefined) {
        const place = follower.heard.push({ ...bubble, by: "reply", atMillis: Date.now() })
        if (place === waitedFor + 1) waitedFor = place
      }
      return bubble
    })

  return {
    openid,
    heard: follower.heard,
    message,
    sends,
    says: (text) => sends("text", { Content: text, MsgId: nextMsgId() }),
    presses: (button) => sends("event", { Event: "CLICK", EventKey: button }),
    unfollows: Effect.suspend(() => {
      follower.following = false
      return Effect.asVoid(sends("event", { Event: "unsubscribe", EventKey: "" }))
    }),
    hears: (withinMillis) =>
      Effect.map(
        eventually("something arrives on the phone", () => follower.heard[waitedFor], withinMillis),
        (heard) => {
          waitedFor += 1
          return heard
        }
      ),
    rest: () => {
      const rest = follower.heard.slice(waitedFor)
      waitedFor = follower.heard.length
      return rest
    }
  }
}

const triggerOf = (msgType: string, elements: Elements): Trigger | undefined => {
  if (msgType !== "event") return "message"
  switch (elements["Event"]) {
    case "CLICK":
      return "click"
    case "subscribe":
      return "follow"
    default:
      return undefined
  }
}
