import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { startSimulator } from "../simulator-rig.ts"
import { botToken, tinyBot } from "../tiny-bot.ts"
import { sha1, until } from "./account.ts"

const aesKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"

describe("protocol notes 1, verification", () => {
  it.live(
    "query: signature, timestamp, nonce, echostr; also in safe mode only these four, and echostr is plain",
    () =>
      Effect.gen(function* () {
        for (const mode of ["plain", "safe"] as const) {
          const bot = yield* tinyBot(() => "success")
          const { platform } = yield* startSimulator(bot.url, { aesKey, conditions: { mode } })
          assert.isTrue(yield* platform.verify)
          const [check] = bot.checks
          assert.deepStrictEqual([...(check?.keys() ?? [])].toSorted(), [
            "echostr",
            "nonce",
            "signature",
            "timestamp"
          ])
          assert.match(check?.get("echostr") ?? "", /^\d+$/)
        }
      }).pipe(Effect.scoped)
  )

  it.live("hash: sha1 of token, timestamp and nonce, sorted and joined, in lower-case hex", () =>
    Effect.gen(function* () {
      const bot = yield* tinyBot(() => "success")
      yield* (yield* startSimulator(bot.url)).platform.verify
      const [check] = bot.checks
      const parts = [botToken, check?.get("timestamp") ?? "", check?.get("nonce") ?? ""]
      assert.strictEqual(check?.get("signature"), sha1(...parts))
      const other = yield* startSimulator(bot.url, { token: "another" })
      assert.isFalse(yield* other.platform.verify)
    }).pipe(Effect.scoped)
  )

  const spoiled: ReadonlyArray<readonly [string, (echo: string) => string]> = [
    ["a BOM", (echo) => `\uFEFF${echo}`],
    ["a newline", (echo) => `${echo}\n`],
    ["quotes", (echo) => JSON.stringify(echo)],
    ["HTML", (echo) => `<html>${echo}</html>`],
    ["success", () => "success"]
  ]
  it.live.each(spoiled)(
    "success: the body is echostr exactly, nothing before or after; not with %s",
    ([, echo]) =>
      Effect.gen(function* () {
        const bot = yield* tinyBot(() => "success", echo)
        const { platform } = yield* startSimulator(bot.url)
        const [check] = yield* platform.checkAddresses
        assert.match(check?.problem ?? "", /echostr/)
      }).pipe(Effect.scoped)
  )

  it.effect("timing: the same 5 s limit as pushes", () =>
    Effect.gen(function* () {
      let patient = false
      const bot = yield* tinyBot(
        () => "success",
        (echo) => (patient ? undefined : echo)
      )
      const { platform } = yield* startSimulator(bot.url)
      yield* until(() => bot.checks.length === 1)
      patient = true
      const verified = yield* Effect.forkChild(platform.verify)
      yield* until(() => bot.checks.length === 2)
      yield* TestClock.adjust("4999 millis")
      assert.isUndefined(verified.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      assert.isFalse(yield* Fiber.join(verified))
    }).pipe(Effect.scoped)
  )

  it.live("a bot that is not there, or has another token, is told apart in plain words, once", () =>
    Effect.gen(function* () {
      const { platform } = yield* startSimulator("http://127.0.0.1:1/wechat")
      const [gone] = yield* platform.checkAddresses
      assert.match(gone?.problem ?? "", /127\.0\.0\.1:1 上没有程序在听/)
      yield* platform.checkAddresses
      const { wire } = yield* platform.snapshot
      assert.deepStrictEqual(
        wire.map(({ what, outcome, good }) => [what, outcome, good]),
        [["接入验证", "no connection", false]]
      )
      const bot = yield* tinyBot(() => "success")
      const other = yield* startSimulator(bot.url, { token: "another" })
      const [refused] = yield* other.platform.checkAddresses
      assert.match(refused?.problem ?? "", /401.*token/)
    }).pipe(Effect.scoped)
  )
})
