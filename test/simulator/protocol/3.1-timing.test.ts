import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { massFailures } from "../../../src/simulator/mass-failure.ts"
import { elementText, textReply, type BotAnswer, type Received } from "../tiny-bot.ts"
import { account, until } from "./account.ts"

const isText = ({ body }: Received) => elementText(body, "MsgType") === "text"

/** Answers texts only. */
const toTexts =
  (answer: (received: Received, count: number) => BotAnswer) =>
  (received: Received, count: number): BotAnswer =>
    isText(received) ? answer(received, count) : "success"

/** Written down a second time from the notes. */
const faultSentence = "该公众号提供的服务出现故障，请稍后再试"

const aesKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"

describe("protocol notes 3.1, timing and retries", () => {
  it.effect(
    "WeChat drops the connection after 5 s without a response and sends again, 3 requests in total; then the user sees the fault sentence",
    () =>
      Effect.gen(function* () {
        const { bot, platform, openid, shown } = yield* account(toTexts(() => undefined))
        const said = yield* Effect.forkChild(platform.say(openid, "有人吗"))
        for (const attempt of [1, 2, 3]) {
          yield* until(() => bot.received.length === attempt + 1)
          yield* TestClock.adjust("4999 millis")
          assert.isUndefined(said.pollUnsafe())
          assert.strictEqual(bot.received.length, attempt + 1)
          yield* TestClock.adjust("1 millis")
        }
        assert.deepStrictEqual(yield* Fiber.join(said), { _tag: "Fault", reason: "no answer in time" })
        assert.deepStrictEqual((yield* shown).map(({ text, by }) => [text, by]).at(-1), [
          faultSentence,
          "platform"
        ])
        const attempts = (yield* platform.snapshot).wire.slice(-3)
        assert.deepStrictEqual(
          attempts.map(({ attempt, durationMillis, explanation }) => [
            attempt,
            durationMillis,
            explanation.slice(0, 4)
          ]),
          [1, 2, 3].map((attempt) => [attempt, 5000, "请求超时"])
        )
      }).pipe(Effect.scoped)
  )

  it.live(
    "dedup: every attempt carries the same MsgId and CreateTime, of an event the same FromUserName and CreateTime; each is signed anew",
    () =>
      Effect.gen(function* () {
        const { bot, platform, openid } = yield* account(() => ({ status: 500, body: "" }))
        yield* platform.say(openid, "一")
        yield* platform.press(openid, "键")
        const [texts, clicks] = [bot.received.slice(3, 6), bot.received.slice(6)]
        for (const attempts of [texts, clicks]) {
          assert.strictEqual(attempts.length, 3)
          assert.strictEqual(new Set(attempts.map(({ body }) => body)).size, 1)
          assert.strictEqual(new Set(attempts.map(({ query }) => query.get("signature"))).size, 3)
        }
      }).pipe(Effect.scoped)
  )

  it.live(
    "only the answer on a connection still open is delivered: the late one of attempt 1 is lost, success to attempt 2 ends it",
    () =>
      Effect.gen(function* () {
        const { bot, platform, openid, shown } = yield* account(
          toTexts((_, count) => (count === 2 ? undefined : "success")),
          { attemptLimitMillis: 150 }
        )
        assert.strictEqual((yield* platform.say(openid, "慢"))._tag, "Silence")
        assert.strictEqual(bot.received.length, 3)
        assert.deepStrictEqual(yield* Effect.map(shown, (all) => all.length), 1)
      }).pipe(Effect.scoped)
  )

  it.live("an answer to any of the attempts is shown once", () =>
    Effect.gen(function* () {
      const { bot, platform, openid, shown } = yield* account(
        toTexts((received, count) => (count < 4 ? { status: 503, body: "" } : textReply(received, "终于")))
      )
      yield* platform.say(openid, "一")
      assert.strictEqual(bot.received.length, 4)
      assert.deepStrictEqual(
        (yield* shown).slice(1).map(({ text }) => text),
        ["终于"]
      )
    }).pipe(Effect.scoped)
  )

  for (const mode of ["plain", "compatible", "safe"] as const) {
    it.live(
      `success or a zero-length body, readable also in ${mode} mode: WeChat neither retries nor shows an error`,
      () =>
        Effect.gen(function* () {
          const { bot, platform, openid, shown } = yield* account(
            (_, count) => (count % 2 === 0 ? "" : "success"),
            {
              aesKey,
              conditions: { mode }
            }
          )
          yield* platform.say(openid, "一")
          yield* platform.say(openid, "二")
          assert.strictEqual(bot.received.length, 3)
          assert.strictEqual((yield* shown).length, 1)
        }).pipe(Effect.scoped)
    )
  }

  it.effect(
    "mass failures → MarkFail: WeChat stops pushing to the account for 1 minute; non-conforming bodies count",
    () =>
      Effect.gen(function* () {
        let broken = true
        const { bot, platform, openid, shown, lastCallback } = yield* account(
          toTexts(() => (broken ? "no XML" : "success"))
        )
        for (let count = 0; count < massFailures; count += 1) yield* platform.say(openid, "喂")
        const sent = bot.received.length
        broken = false
        yield* TestClock.adjust("59 seconds")
        assert.deepStrictEqual(yield* platform.say(openid, "喂"), { _tag: "Fault", reason: "MarkFail" })
        assert.strictEqual(bot.received.length, sent)
        assert.strictEqual((yield* shown).at(-1)?.text, faultSentence)
        assert.match((yield* lastCallback)?.explanation ?? "", /^MarkFail/)
        yield* TestClock.adjust("1 seconds")
        assert.strictEqual((yield* platform.say(openid, "喂"))._tag, "Silence")
        assert.strictEqual(bot.received.length, sent + 1)
      }).pipe(Effect.scoped)
  )

  it.effect("failures that are far apart are no mass failure", () =>
    Effect.gen(function* () {
      const { bot, platform, openid } = yield* account(toTexts(() => "no XML"))
      for (let count = 0; count < massFailures; count += 1) {
        yield* platform.say(openid, "喂")
        yield* TestClock.adjust("4 seconds")
      }
      const sent = bot.received.length
      yield* platform.say(openid, "喂")
      assert.strictEqual(bot.received.length, sent + 1)
    }).pipe(Effect.scoped)
  )

  it.live("one passive reply per push; it does not draw on the customer-message quota", () =>
    Effect.gen(function* () {
      const { platform, openid, shown } = yield* account(toTexts((received) => textReply(received, "答")))
      yield* platform.say(openid, "问")
      assert.strictEqual((yield* platform.phone(openid)).allowance.left, 5)
      assert.deepStrictEqual(
        (yield* shown).slice(1).map(({ text, by }) => [text, by]),
        [["答", "reply"]]
      )
    }).pipe(Effect.scoped)
  )
})
