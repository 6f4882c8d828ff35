import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { WeChatUnreachable } from "../../src/wechat/api-exchange.ts"
import { apiOf, facts, hello, openid, wechatWith } from "./api-under-test.ts"
import { type Answer, fakeWeChat, refusal, sendPath } from "./fake-wechat.ts"

describe("send, when no answer comes", () => {
  const lost: ReadonlyArray<readonly [string, Answer, WeChatUnreachable["reason"]]> = [
    ["a server error", { status: 503, body: "busy" }, "server error"],
    ["HTML", { body: "<html></html>" }, "answer not understood"],
    ["a list", { body: "[1]" }, "answer not understood"],
    ["an errcode that is no number", { body: '{"errcode":"0"}' }, "answer not understood"],
    ["a cut connection", { body: "", after: "cut" }, "network"]
  ]
  it.effect.each(lost)("never repeats a push whose answer was lost: %s", ([, answer, reason]) =>
    Effect.gen(function* () {
      const wechat = yield* wechatWith(() => answer)
      const error = yield* Effect.flip((yield* apiOf(wechat)).send(openid, hello))
      assert.deepStrictEqual(facts(error), { reason, mayHaveHappened: true })
      assert.strictEqual(wechat.askedAt(sendPath).length, 1)
    })
  )

  it.live("waits no longer than its limit, and does not repeat what may have arrived", () =>
    Effect.gen(function* () {
      const wechat = yield* wechatWith(() => ({ body: "", after: "never" }))
      const error = yield* Effect.flip((yield* apiOf(wechat)).send(openid, hello))
      assert.deepStrictEqual(facts(error), { reason: "timeout", mayHaveHappened: true })
      assert.strictEqual(wechat.askedAt(sendPath).length, 1)
    })
  )

  it.live("bounds what is under way and gives up what waited too long, unsent", () =>
    Effect.gen(function* () {
      const wechat = yield* wechatWith(() => ({ body: "", after: "never" }))
      const api = yield* apiOf(wechat)
      const reasons = yield* Effect.all(
        Array.from({ length: 100 }, () => Effect.map(Effect.flip(api.send(openid, hello)), facts)),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(wechat.askedAt(sendPath).length, 64)
      const crowded = reasons.filter(
        (fact) => "reason" in fact && fact.reason === "crowded" && !fact.mayHaveHappened
      )
      assert.strictEqual(crowded.length, 36)
    })
  )

  it.effect("says that nothing was sent when there is no token", () =>
    Effect.gen(function* () {
      const wechat = yield* fakeWeChat(() => refusal(40125))
      const api = yield* apiOf(wechat)
      assert.deepStrictEqual(facts(yield* Effect.flip(api.send(openid, hello))), {
        errcode: 40125,
        action: "stop"
      })
      const nobody = yield* apiOf(yield* fakeWeChat(() => ({ body: "", status: 500 })))
      assert.deepStrictEqual(facts(yield* Effect.flip(nobody.send(openid, hello))), {
        reason: "token",
        mayHaveHappened: false
      })
    })
  )
})
