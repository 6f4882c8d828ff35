/** The stage: several server processes on one memcached, a WeChat beside them, and people who act. */
import { Effect, type Scope } from "effect"
import { type MemcachedProcess, memcachedProcess } from "../memcached/memcached-process.ts"
import { attempt, clickMessage, type Message, seconds, textMessage, token } from "./callback.ts"
import { type Act, type Attempt, type History, makeHistory } from "./history.ts"
import { type ServerProcess, serverProcess } from "./server-process.ts"
import { appId, appSecret, openidOf, type WeChatStandIn, weChatStandIn } from "./wechat-stand-in.ts"

export interface Stage {
  readonly history: History
  readonly memcached: MemcachedProcess
  readonly servers: ReadonlyArray<ServerProcess>
  readonly weChat: WeChatStandIn
  /** The server to which a balancer that hashes on the openid brings this person. */
  readonly homeOf: (who: number) => number
  /** Clicks a button; see `Bringing`. */
  readonly click: (who: number, button: string, bringing?: Bringing) => Effect.Effect<Act>
  readonly say: (who: number, words: string, bringing?: Bringing) => Effect.Effect<Act>
}

/** How a message is brought to the servers. */
export interface Bringing {
  /** Where to instead of the person's home. */
  readonly server?: number
  /** WeChat brings it to another server as well, this many milliseconds after the first, although nothing was wrong. */
  readonly againAfterMillis?: number
  readonly inBurst?: boolean
  /** Of a click: its second, where two clicks at once are to be one event or two. */
  readonly createTimeSeconds?: number
}

const maxAttempts = 3
/** WeChat tries again soon after a broken connection. */
const afterCutMillis = 300

export interface StageOptions {
  readonly servers: number
  readonly variables?: Readonly<Record<string, string>>
}

export const stage = (options: StageOptions): Effect.Effect<Stage, never, Scope.Scope> =>
  Effect.gen(function* () {
    const history = makeHistory()
    const memcached = yield* memcachedProcess()
    const weChat = yield* weChatStandIn(history)
    const servers = yield* Effect.forEach(
      Array.from({ length: options.servers }),
      () =>
        serverProcess({
          WECHAT_TOKEN: token,
          WECHAT_APP_ID: appId,
          WECHAT_APP_SECRET: appSecret,
          WECHAT_API_URL: weChat.url,
          MEMCACHED_SERVERS: `${memcached.host}:${memcached.port}`,
          LOG_LEVEL: "warn",
          LOG_FORMAT: "json",
          ...options.variables
        }),
      { concurrency: "unbounded" }
    )
    let messages = 0
    const clickedAt = new Map<string, number>()

    const homeOf = (who: number) =>
      [...openidOf(who)].reduce((sum, character) => sum + character.charCodeAt(0), 0) % servers.length

    const at = (message: Message, server: number) =>
      attempt(history, message, server % servers.length, servers[server % servers.length]?.port ?? 0)

    /** One attempt after the other, each at the next server, until one is answered. */
    const bring = Effect.fnUntraced(function* (message: Message, first: number) {
      const attempts: Array<Attempt> = []
      for (let tries = 0; tries < maxAttempts; tries += 1) {
        const made = yield* at(message, first + tries)
        attempts.push(made)
        if (made.outcome === 200) break
        if (made.outcome !== "late") yield* Effect.sleep(afterCutMillis)
      }
      return attempts
    })

    const act = Effect.fnUntraced(function* (
      kind: Act["kind"],
      what: string,
      message: Message,
      bringing: Bringing
    ) {
      const { who } = message
      const startedAt = history.now()
      weChat.allow(who, kind)
      const first = bringing.server ?? homeOf(who)
      const twice = bringing.againAfterMillis
      const [attempts, repeated] = yield* Effect.all(
        [
          bring(message, first),
          twice === undefined
            ? Effect.succeed([])
            : Effect.map(Effect.delay(at(message, first + 1), twice), (made) => [made])
        ],
        { concurrency: "unbounded" }
      )
      const all = [...attempts, ...repeated].sort((a, b) => a.endedAt - b.endedAt)
      const answered = all.find(({ outcome }) => outcome === 200)
      const done: Act = {
        who,
        kind,
        what,
        startedAt,
        endedAt: history.now(),
        attempts: all,
        answered,
        inBurst: bringing.inBurst ?? false
      }
      history.acts.push(done)
      // One answer, however often it came; another one that a repeated attempt got is read as well.
      for (const text of new Set(all.map(({ text }) => text).filter((text) => text !== ""))) {
        const at = all.find((made) => made.text === text)?.endedAt ?? done.endedAt
        history.received.push({ who, at, text, act: done })
      }
      return done
    })

    return {
      history,
      memcached,
      servers,
      weChat,
      homeOf,
      click: (who, button, bringing = {}) => {
        // Two clicks of one second are one event to WeChat's rules (notes 3.1); these people never make two.
        const last = clickedAt.get(`${who} ${button}`) ?? 0
        const second = bringing.createTimeSeconds ?? Math.max(seconds(), last + 1)
        clickedAt.set(`${who} ${button}`, Math.max(last, second))
        return act("click", button, clickMessage(who, button, second), bringing)
      },
      say: (who, words, bringing = {}) => {
        messages += 1
        return act(
          "line",
          words,
          textMessage(who, words, String(7_250_021_412_600_000_000n + BigInt(messages))),
          bringing
        )
      }
    }
  })
