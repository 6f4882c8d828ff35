/** What can be switched: kinds of account, message modes, the clock, and faults on purpose. Over real HTTP. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { massFailures } from "../../src/simulator/mass-failure.ts"
import type { ConditionsChange } from "../../src/simulator/conditions.ts"
import { openCallback, type MessageMode } from "../../src/wechat/message-mode.ts"
import { startSimulator, testAppId, testAppSecret } from "./simulator-rig.ts"
import { botToken, elementText, textReply, tinyBot } from "./tiny-bot.ts"

const aesKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
const keys = { token: Redacted.make(botToken), appId: testAppId, key: Redacted.make(aesKey) }
const patience = { attemptLimitMillis: 400 }

/** A bot that answers sealed what came sealed, with the words that came. */
const sealedBot = (mode: MessageMode) =>
  tinyBot((received) => {
    const query = Object.fromEntries(received.query)
    const opened = openCallback(mode, query, received.body)
    if (opened._tag === "Failure") return { status: 401, body: "" }
    const { xml, answer } = opened.success
    return answer(
      textReply({ ...received, body: xml }, `> ${elementText(xml, "Content") ?? "event"}`),
      1_700_000_000
    )
  })

const start = Effect.fnUntraced(function* (url: string, conditions: ConditionsChange = {}) {
  const running = yield* startSimulator(url, { ...patience, conditions, aesKey })
  return { ...running, openid: yield* running.platform.follow }
})

const lastText = (phone: { readonly bubbles: ReadonlyArray<{ readonly text: string }> }) =>
  phone.bubbles.at(-1)?.text

describe("message modes (protocol notes 2.1)", () => {
  for (const [mode, tag] of [
    ["safe", "Safe"],
    ["compatible", "Compatible"]
  ] as const) {
    it.live(`${mode}: sealed both ways, and the wire shows what was inside`, () =>
      Effect.gen(function* () {
        const bot = yield* sealedBot({ _tag: tag, keys })
        const { platform, openid } = yield* start(bot.url, { mode })
        yield* platform.say(openid, "一句话")
        assert.strictEqual(lastText(yield* platform.phone(openid)), "> 一句话")
        const body = bot.received.at(-1)?.body ?? ""
        assert.strictEqual(body.includes("一句话"), mode === "compatible")
        assert.include(body, "<Encrypt>")
        const raw = (yield* platform.snapshot).wire.at(-1)?.raw
        assert.include(raw?.openedRequest ?? "", "一句话")
        assert.include(raw?.openedAnswer ?? "", "> 一句话")
        assert.notInclude(raw?.answerBody ?? "", "一句话")
      }).pipe(Effect.scoped)
    )
  }

  it.live("a readable answer will do in compatible mode, not in safe mode; success in both", () =>
    Effect.gen(function* () {
      const bot = yield* tinyBot((received) => {
        const openid = received.query.get("openid") ?? ""
        return received.body.includes("<Content>") || !received.body.includes("MsgType")
          ? `<xml><ToUserName><![CDATA[${openid}]]></ToUserName><FromUserName><![CDATA[gh_0123456789ab]]></FromUserName><CreateTime>1</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[好]]></Content></xml>`
          : "success"
      })
      const { platform, openid } = yield* start(bot.url, { mode: "compatible" })
      yield* platform.say(openid, "吗")
      assert.strictEqual(lastText(yield* platform.phone(openid)), "好")
      yield* platform.change({ mode: "safe" })
      yield* platform.say(openid, "吗")
      assert.strictEqual((yield* platform.snapshot).wire.at(-1)?.outcome, "not encrypted")
    }).pipe(Effect.scoped)
  )
})

describe("kinds of account (protocol notes 6, 7, 10)", () => {
  const errcodes = Effect.fnUntraced(function* (kind: "verified" | "unverified" | "personal" | "test") {
    const bot = yield* tinyBot(() => "success")
    const { platform, openid, url } = yield* start(bot.url, { kind, mode: "safe" })
    yield* platform.say(openid, "在")
    const post = (path: string, body: object) =>
      Effect.promise(async () => {
        const answer = await fetch(`${url}/cgi-bin/${path}`, { method: "POST", body: JSON.stringify(body) })
        return (await answer.json()) as { readonly errcode?: number; readonly access_token?: string }
      })
    const { access_token: token = "" } = yield* post("stable_token", {
      grant_type: "client_credential",
      appid: testAppId,
      secret: testAppSecret
    })
    const pushed = yield* post(`message/custom/send?access_token=${token}`, {
      touser: openid,
      msgtype: "text",
      text: { content: "推" }
    })
    const menu = yield* post(`menu/create?access_token=${token}`, {
      button: [{ type: "click", name: "一", key: "1" }]
    })
    return {
      push: pushed.errcode,
      menu: menu.errcode,
      sealed: bot.received.at(-1)?.body.includes("<Encrypt>")
    }
  })

  it.live(
    "only verified and test accounts push, personal ones have no menu, test accounts know plain mode only",
    () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* errcodes("verified"), { push: 0, menu: 0, sealed: true })
        assert.deepStrictEqual(yield* errcodes("unverified"), { push: 48001, menu: 0, sealed: true })
        assert.deepStrictEqual(yield* errcodes("personal"), { push: 48001, menu: 48001, sealed: true })
        assert.deepStrictEqual(yield* errcodes("test"), { push: 0, menu: 0, sealed: false })
      }).pipe(Effect.scoped)
  )
})

describe("faults on the way to the service", () => {
  const counting = tinyBot((received, count) =>
    received.body.includes("<Event>") ? "success" : textReply(received, `第${count - 1}次`)
  )

  it.live("a lost answer, or request, is made up for by the next attempt", () =>
    Effect.gen(function* () {
      const bot = yield* counting
      const { platform, openid } = yield* start(bot.url)
      yield* platform.change({ faults: [{ fault: "lose-answer", times: 1, what: "text" }] })
      yield* platform.say(openid, "喂")
      assert.strictEqual(lastText(yield* platform.phone(openid)), "第2次")
      yield* platform.change({ faults: [{ fault: "lose-request", times: 1 }] })
      yield* platform.say(openid, "喂")
      assert.strictEqual(lastText(yield* platform.phone(openid)), "第3次")
      const attempts = (yield* platform.snapshot).wire.slice(-2)
      assert.deepStrictEqual(
        attempts.map(({ attempt, faults }) => [attempt, faults]),
        [
          [1, ["lose-request"]],
          [2, []]
        ]
      )
    }).pipe(Effect.scoped)
  )

  it.live("twice: two copies at once, one answer shown", () =>
    Effect.gen(function* () {
      const bot = yield* counting
      const { platform, openid } = yield* start(bot.url, { faults: [{ fault: "twice", what: "text" }] })
      yield* platform.say(openid, "喂")
      assert.strictEqual(bot.received.length, 3)
      assert.strictEqual(bot.received[1]?.body, bot.received[2]?.body)
      assert.lengthOf(
        (yield* platform.phone(openid)).bubbles.filter(({ by }) => by === "reply"),
        1
      )
    }).pipe(Effect.scoped)
  )

  it.live("elsewhere: an attempt goes to the next of several servers", () =>
    Effect.gen(function* () {
      const deaf = yield* tinyBot((received) => (received.body.includes("<Event>") ? "success" : undefined))
      const other = yield* counting
      const { platform, openid } = yield* start(`${deaf.url} ${other.url}`)
      yield* platform.change({ faults: [{ fault: "elsewhere" }] })
      yield* platform.say(openid, "喂")
      assert.lengthOf(other.received, 1)
      assert.strictEqual(lastText(yield* platform.phone(openid)), "第0次")
    }).pipe(Effect.scoped)
  )

  it.live("a clock that is wrong shows in the timestamp and CreateTime", () =>
    Effect.gen(function* () {
      const bot = yield* tinyBot(() => "success")
      const { platform, openid } = yield* start(bot.url, { clockAheadSeconds: 1200 })
      const before = Math.floor(Date.now() / 1000) + 1200
      yield* platform.say(openid, "喂")
      const said = bot.received.at(-1)
      assert.isAtLeast(Number(said?.query.get("timestamp")), before - 1)
      assert.isAtLeast(Number(elementText(said?.body ?? "", "CreateTime")), before - 1)
    }).pipe(Effect.scoped)
  )

  it.live("after many failures nothing is sent for a minute (notes 3.1, MarkFail)", () =>
    Effect.gen(function* () {
      const bot = yield* tinyBot(() => "no XML")
      const { platform, openid } = yield* start(bot.url)
      for (let count = 0; count < massFailures; count += 1) yield* platform.say(openid, "喂")
      const sent = bot.received.length
      const delivery = yield* platform.say(openid, "喂")
      assert.deepStrictEqual(delivery, { _tag: "Fault", reason: "MarkFail" })
      assert.strictEqual(bot.received.length, sent)
    }).pipe(Effect.scoped)
  )
})
