import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { Memcached } from "../../src/memcached/memcached.ts"
import { fakeWeChat, longToken, refusal, tokenAnswer } from "./fake-wechat.ts"
import { appSecret, server, valueOf } from "./token-servers.ts"

describe("a failure to get a token", () => {
  it.effect("of configuration is told with its code and not repeated at once", () =>
    Effect.gen(function* () {
      const wechat = yield* fakeWeChat(() =>
        refusal(40164, "invalid ip 203.0.113.9, not in whitelist rid: 5f5ae1a1-2ff26a8b-5a7a30f3")
      )
      const holder = yield* server(wechat, Memcached.layerMemory)
      const error = yield* Effect.flip(holder.get)
      assert.deepInclude({ ...error }, { reason: "refused", errcode: 40164, action: "stop" })
      assert.include(error.message, "203.0.113.9")
      assert.include(error.message, "rid: 5f5ae1a1-2ff26a8b-5a7a30f3")
      yield* Effect.flip(holder.get)
      assert.strictEqual(wechat.asked.length, 1)
      wechat.answer = (_asked, nth) => tokenAnswer(nth)
      yield* TestClock.adjust("61 seconds")
      assert.strictEqual(yield* valueOf(holder), longToken(1))
    })
  )

  it.effect("of the secret is not mistaken for an old token, and shows no secret", () =>
    Effect.gen(function* () {
      const lines: Array<string> = []
      const log = Logger.layer([Logger.make(({ message }) => void lines.push(String(message)))])
      const wechat = yield* fakeWeChat(() =>
        refusal(40001, `invalid ${Redacted.value(appSecret)} rid: 1-2-3`)
      )
      const holder = yield* server(wechat, Memcached.layerMemory)
      const error = yield* Effect.provide(Effect.flip(holder.get), log)
      assert.strictEqual(error.action, "stop")
      for (const text of [...lines, error.message, JSON.stringify(error)])
        assert.notInclude(text, "0123456789abcdef")
      assert.strictEqual(lines.length, 1)
    })
  )

  const answers = [
    { body: "<html>" },
    { body: {} },
    { body: { access_token: "", expires_in: 7200 } },
    { body: { access_token: "t", expires_in: 0 } },
    { body: { access_token: "t", expires_in: "7200" } },
    { body: "[]" },
    { body: "{}", status: 502 },
    { body: "", after: "cut" as const }
  ]
  it.effect.each(answers)("of WeChat is told: %j", (answer) =>
    Effect.gen(function* () {
      const wechat = yield* fakeWeChat(() => answer)
      const holder = yield* server(wechat, Memcached.layerMemory)
      assert.strictEqual((yield* Effect.flip(holder.get)).reason, "unreachable")
    })
  )
})
