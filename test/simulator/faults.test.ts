/** Faults on demand, by a plan as it stands in a file, over real HTTP; `desk-faults.test.ts` brings them by hand. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Schema } from "effect"
import { TestClock } from "effect/testing"
import { ConditionsChange } from "../../src/simulator/conditions.ts"
import { account, call, credentials, until } from "./protocol/account.ts"
import { startSimulator } from "./simulator-rig.ts"
import { elementText, textReply, tinyBot, type BotAnswer, type Received } from "./tiny-bot.ts"

const nextTurn = Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))

const readPlan = Schema.decodeEffect(Schema.fromJsonString(ConditionsChange))

const toTexts = (received: Received, count: number): BotAnswer =>
  received.body.includes("<Event>") ? "success" : textReply(received, `第${count - 1}次`)

/** An account under the conditions of a file. */
const under = Effect.fnUntraced(function* (file: string) {
  const running = yield* account(toTexts)
  yield* running.platform.change(yield* readPlan(file))
  const replies = Effect.map(running.shown, (all) =>
    all.filter(({ by }) => by === "reply").map(({ text }) => text)
  )
  const struck = Effect.map(running.platform.snapshot, ({ wire }) => wire.flatMap(({ faults }) => faults))
  return { ...running, replies, struck }
})

describe("faults on the way to the service, by plan", () => {
  it.effect("slow: the callback is on its way for so long, which counts for the five seconds", () =>
    Effect.gen(function* () {
      const { bot, platform, openid, replies } = yield* under(
        `{"faults":[{"fault":"slow","millis":6000,"what":"text","times":1},{"fault":"slow","millis":3000,"what":"text","times":2}]}`
      )
      const said = yield* Effect.forkChild(platform.say(openid, "喂"))
      yield* TestClock.adjust("5 seconds")
      assert.lengthOf(bot.received, 1)
      yield* TestClock.adjust("2999 millis")
      assert.lengthOf(bot.received, 1)
      yield* TestClock.adjust("1 millis")
      yield* Fiber.join(said)
      assert.deepStrictEqual(yield* replies, ["第1次"])
    }).pipe(Effect.scoped)
  )

  it.effect("slow: a bot has what is left of the five seconds", () =>
    Effect.gen(function* () {
      const { bot, platform, openid } = yield* account((received) =>
        received.body.includes("<Event>") ? "success" : undefined
      )
      yield* platform.change(
        yield* readPlan(`{"faults":[{"fault":"slow","millis":3000,"what":"text","times":1}]}`)
      )
      yield* Effect.forkChild(platform.say(openid, "喂"))
      yield* TestClock.adjust("3 seconds")
      yield* until(() => bot.received.length === 2)
      yield* TestClock.adjust("1999 millis")
      assert.lengthOf(bot.received, 2)
      yield* TestClock.adjust("1 millis")
      yield* until(() => bot.received.length === 3)
      const first = (yield* platform.snapshot).wire.find(({ what }) => what === "text")
      assert.strictEqual(first?.durationMillis, 5000)
    }).pipe(Effect.scoped)
  )

  it.effect("lose-answer and lose-request: the next attempt makes up for it", () =>
    Effect.gen(function* () {
      const { bot, platform, openid, replies, struck } = yield* under(
        `{"faults":[{"fault":"lose-answer","times":1,"what":"text"}]}`
      )
      yield* platform.say(openid, "喂")
      assert.deepStrictEqual([yield* replies, bot.received.length], [["第2次"], 3])
      yield* platform.change(yield* readPlan(`{"faults":[{"fault":"lose-request","times":1}]}`))
      const said = yield* Effect.forkChild(platform.say(openid, "喂"))
      yield* TestClock.adjust("5 seconds")
      yield* Fiber.join(said)
      assert.deepStrictEqual([yield* replies, bot.received.length], [["第2次", "第3次"], 4])
      assert.deepStrictEqual(yield* struck, ["lose-answer", "lose-request"])
    }).pipe(Effect.scoped)
  )

  it.effect("twice: two attempts at once, one answer shown", () =>
    Effect.gen(function* () {
      let waiting = 0
      const { bot, platform, openid, shown } = yield* account((received) => {
        if (received.body.includes("<Event>")) return "success"
        waiting += 1
        return textReply(received, "一次")
      })
      yield* platform.change(yield* readPlan(`{"faults":[{"fault":"twice","what":"text"}]}`))
      yield* platform.say(openid, "喂")
      assert.deepStrictEqual([waiting, bot.received.length], [2, 3])
      assert.strictEqual(bot.received[1]?.body, bot.received[2]?.body)
      assert.lengthOf((yield* shown).slice(1), 1)
    }).pipe(Effect.scoped)
  )

  it.effect("elsewhere: an attempt goes to the next of several servers", () =>
    Effect.gen(function* () {
      const deaf = yield* tinyBot((received) => (received.body.includes("<Event>") ? "success" : undefined))
      const other = yield* tinyBot(toTexts)
      const { platform } = yield* startSimulator(`${deaf.url} ${other.url}`)
      const openid = yield* platform.follow
      yield* platform.change(yield* readPlan(`{"faults":[{"fault":"elsewhere"}]}`))
      yield* platform.say(openid, "喂")
      assert.lengthOf(other.received, 1)
      assert.lengthOf(deaf.received, 1)
      const last = (yield* platform.phone(openid)).bubbles.at(-1)
      assert.strictEqual(last?.text, "第0次")
    }).pipe(Effect.scoped)
  )

  it.effect("clock skew: timestamp and CreateTime are of WeChat's clock", () =>
    Effect.gen(function* () {
      const { bot, platform, openid } = yield* under(`{"clockAheadSeconds":-1200}`)
      yield* TestClock.adjust("1 hour")
      yield* platform.say(openid, "喂")
      const said = bot.received.at(-1)
      assert.strictEqual(said?.query.get("timestamp"), "2400")
      assert.strictEqual(elementText(said?.body ?? "", "CreateTime"), "2400")
    }).pipe(Effect.scoped)
  )
})

describe("faults in the service's calls, by plan", () => {
  it.effect("refuse: by code, by path, so many times", () =>
    Effect.gen(function* () {
      const { pushText, errcode } = yield* under(
        `{"faults":[{"fault":"refuse","errcode":45009,"path":"message/custom/send","times":2}]}`
      )
      assert.strictEqual(yield* errcode("menu/delete"), 0)
      assert.deepStrictEqual(
        [yield* pushText("1"), yield* pushText("2"), yield* pushText("3")],
        [45009, 45009, 0]
      )
    }).pipe(Effect.scoped)
  )

  it.effect("refuse: by rate", () =>
    Effect.gen(function* () {
      const { errcode } = yield* under(`{"faults":[{"fault":"refuse","errcode":-1,"share":0.3}]}`)
      const codes = yield* Effect.forEach(Array.from({ length: 200 }), () => errcode("menu/delete"), {
        concurrency: 8
      })
      const share = codes.filter((code) => code === -1).length / codes.length
      // Five standard deviations of 0.3 in 200.
      assert.approximately(share, 0.3, 0.17)
    }).pipe(Effect.scoped)
  )

  it.effect("slow-api: the answer comes after so long", () =>
    Effect.gen(function* () {
      const { errcode, platform } = yield* under(`{"faults":[{"fault":"slow-api","millis":3000}]}`)
      const asked = yield* Effect.forkChild(errcode("menu/delete"))
      // However often the clock is moved before the call arrives: its answer does not come without three seconds more.
      yield* TestClock.adjust("2999 millis")
      assert.isUndefined(asked.pollUnsafe())
      while (asked.pollUnsafe() === undefined) {
        yield* nextTurn
        yield* TestClock.adjust("100 millis")
      }
      assert.strictEqual(yield* Fiber.join(asked), 0)
      assert.isAtLeast((yield* platform.snapshot).wire.at(-1)?.durationMillis ?? 0, 3000)
    }).pipe(Effect.scoped)
  )

  it.effect("slow-api: what a caller does not wait for is done all the same, and the wire says so", () =>
    Effect.gen(function* () {
      const { openid, url, platform } = yield* under("{}")
      const { access_token: token = "" } = yield* call(`${url}/cgi-bin/stable_token`, credentials)
      yield* platform.change(yield* readPlan(`{"faults":[{"fault":"slow-api","millis":30000}]}`))
      const body = JSON.stringify({ touser: openid, msgtype: "text", text: { content: "推" } })
      const address = `${url}/cgi-bin/message/custom/send?access_token=${token}`
      const pushed = yield* Effect.forkChild(
        Effect.promise((signal) => fetch(address, { method: "POST", body, signal }))
      )
      const struck = Effect.map(platform.snapshot, (snapshot) => snapshot.struck)
      while ((yield* struck).length === 0) yield* nextTurn
      yield* Fiber.interrupt(pushed)
      const wire = Effect.map(platform.snapshot, (snapshot) => snapshot.wire.at(-1))
      while ((yield* wire)?.path !== "/cgi-bin/message/custom/send") {
        yield* nextTurn
        yield* TestClock.adjust("100 millis")
      }
      assert.match((yield* wire)?.explanation ?? "", /挂断/)
      assert.strictEqual((yield* platform.phone(openid)).bubbles.at(-1)?.text, "推")
    }).pipe(Effect.scoped)
  )

  for (const [fault, done] of [
    ["bad-gateway", false],
    ["lose-result", true]
  ] as const) {
    it.effect(`${fault}: HTTP 502, and the push was ${done ? "" : "not "}done`, () =>
      Effect.gen(function* () {
        const { openid, url, shown } = yield* under(
          `{"faults":[{"fault":"${fault}","path":"message/custom/send"}]}`
        )
        const post = (path: string, body: object) =>
          Effect.promise(() =>
            fetch(`${url}/cgi-bin/${path}`, { method: "POST", body: JSON.stringify(body) })
          )
        const answer = yield* post("stable_token", credentials)
        const { access_token: token } = (yield* Effect.promise(() => answer.json())) as {
          readonly access_token: string
        }
        const message = { touser: openid, msgtype: "text", text: { content: "推" } }
        const pushed = yield* post(`message/custom/send?access_token=${token}`, message)
        assert.strictEqual(pushed.status, 502)
        assert.strictEqual(
          (yield* shown).some(({ by }) => by === "push"),
          done
        )
      }).pipe(Effect.scoped)
    )
  }

  it.effect("a token revoked: 40001 until a new one is asked for", () =>
    Effect.gen(function* () {
      const { platform, pushText } = yield* under("{}")
      assert.strictEqual(yield* pushText("1"), 0)
      yield* platform.account.revokeTokens
      assert.strictEqual(yield* pushText("2"), 40001)
    }).pipe(Effect.scoped)
  )
})
