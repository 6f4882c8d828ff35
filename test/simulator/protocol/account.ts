/** An account with one follower and a bot, for the tests that go through the protocol notes line by line over real HTTP. */
import { createHash } from "node:crypto"
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { startSimulator, testAppId, testAppSecret, type SimulatorOptions } from "../simulator-rig.ts"
import type { PhoneAct } from "../../../src/simulator/phone-act.ts"
import { elementText, tinyBot, type BotAnswer, type Received } from "../tiny-bot.ts"

/** What WeChat answers; refusals have an errcode. */
export interface ApiAnswer {
  readonly errcode?: number
  readonly errmsg?: string
  readonly access_token?: string
  readonly expires_in?: number
  readonly [field: string]: unknown
}

export const credentials = { grant_type: "client_credential", appid: testAppId, secret: testAppSecret }

/** One call; WeChat answers HTTP 200 whatever it says. */
export const call = (url: string, body?: unknown): Effect.Effect<ApiAnswer> =>
  Effect.promise(async () => {
    const text = typeof body === "string" ? body : JSON.stringify(body)
    const response = await fetch(url, body === undefined ? {} : { method: "POST", body: text })
    assert.strictEqual(response.status, 200)
    return (await response.json()) as ApiAnswer
  })

export const account = Effect.fnUntraced(function* (
  answer: (received: Received, count: number) => BotAnswer = () => "success",
  options: SimulatorOptions = {}
) {
  const bot = yield* tinyBot(answer)
  const { platform, url } = yield* startSimulator(bot.url, options)
  const openid = yield* platform.follow
  const token = (yield* call(`${url}/cgi-bin/stable_token`, credentials)).access_token ?? ""
  const api = (path: string, body?: unknown) => call(`${url}/cgi-bin/${path}?access_token=${token}`, body)
  const errcode = (path: string, body?: unknown) => Effect.map(api(path, body), (said) => said.errcode)
  return {
    bot,
    platform,
    url,
    openid,
    api,
    errcode,
    /** The errcode of a push. */
    push: (message: object) => errcode("message/custom/send", { touser: openid, ...message }),
    pushText: (content: string) =>
      errcode("message/custom/send", { touser: openid, msgtype: "text", text: { content } }),
    /** What the phone shows of the account and of WeChat itself. */
    shown: Effect.map(Effect.orDie(platform.phone(openid)), ({ bubbles }) =>
      bubbles.filter(({ side }) => side !== "own")
    ),
    lastCallback: Effect.map(platform.snapshot, ({ wire }) =>
      wire.filter(({ direction }) => direction === "callback").at(-1)
    )
  }
})

export type Account = Effect.Success<ReturnType<typeof account>>

/** Looks until something real has happened; no clock of the test is touched. */
export const until = (happened: () => boolean): Effect.Effect<void> =>
  Effect.promise(async () => {
    while (!happened()) await new Promise((resolve) => setImmediate(resolve))
  })

export const sha1 = (...parts: ReadonlyArray<string>): string =>
  createHash("sha1").update(parts.toSorted().join("")).digest("hex")

/** The body of the last callback after each of these acts. */
export const told = Effect.fnUntraced(function* (...acts: ReadonlyArray<PhoneAct>) {
  const { bot, platform, openid } = yield* account()
  for (const act of acts) yield* platform.act(openid, act)
  return bot.received.slice(1).map(({ body }) => body)
})

export const fields = (body: string | undefined, ...names: ReadonlyArray<string>) =>
  names.map((name) => elementText(body ?? "", name))
