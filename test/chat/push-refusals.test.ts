import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { TestClock } from "effect/testing"
import { keys } from "../../src/chat/keys.ts"
import { Ledger } from "../../src/chat/ledger.ts"
import { Postman } from "../../src/chat/postman.ts"
import { text } from "../../src/core/content.ts"
import { answerGroup } from "../../src/core/folding.ts"
import { WeChatUnreachable } from "../../src/wechat/api-exchange.ts"
import { refusal, startMillis } from "./chat-rig.ts"
import { flush, keepAll, line, me, notice, onStage, openWindow, waiting } from "./postman-stage.ts"

describe("what WeChat says to a push", () => {
  it.effect.prop(
    "45047 and 45015: kept, and WeChat is not asked again in this window",
    [Schema.Literals([45047, 45015])],
    ([code]) =>
      onStage((stage) =>
        Effect.gen(function* () {
          yield* openWindow("message")
          stage.answer = () => refusal(code)
          assert.strictEqual(yield* line("one"), "kept")
          assert.strictEqual(yield* line("two"), "kept")
          assert.strictEqual(yield* notice("three"), "kept")
          assert.lengthOf(stage.tried, 1)
          stage.answer = () => undefined
          yield* openWindow("message")
          yield* flush
          assert.deepStrictEqual(stage.tried.slice(1), ["one\ntwo\nthree"])
        })
      )
  )

  it.effect("a refusal does not shut a window that was opened meanwhile", () =>
    onStage((stage) =>
      Effect.gen(function* () {
        yield* openWindow("message")
        stage.answer = () => {
          const now = startMillis + 1
          const allowance = { trigger: "message", openedAtMillis: now, used: 0, shut: false }
          stage.store.set(keys.quota(me), JSON.stringify(allowance), 100, now)
          return refusal(45047)
        }
        assert.strictEqual(yield* line("one"), "kept")
        const ledger = yield* Ledger
        assert.isFalse((yield* ledger.read(me)).allowance.shut)
      })
    )
  )

  it.effect("87014: refused, not repeated, not kept", () =>
    onStage((stage) =>
      Effect.gen(function* () {
        stage.answer = () => refusal(87014)
        assert.strictEqual(yield* line("one"), "refused")
        assert.lengthOf(stage.tried, 1)
        assert.deepStrictEqual(yield* waiting, [])
      })
    )
  )

  it.effect.prop("43004 and the like: gone", [Schema.Literals([43004, 40003, 43019])], ([code]) =>
    onStage((stage) =>
      Effect.gen(function* () {
        stage.answer = () => refusal(code)
        assert.strictEqual(yield* line("one"), "gone")
        assert.deepStrictEqual(yield* waiting, [])
      })
    )
  )

  it.effect.prop(
    "45009, 45011 and 48001 pause the whole account, and lines wait",
    [Schema.Literals([45009, 45011, 48001])],
    ([code]) =>
      onStage((stage) =>
        Effect.gen(function* () {
          const postman = yield* Postman
          stage.answer = () => refusal(code)
          assert.strictEqual(yield* line("one"), "kept")
          assert.isFalse(yield* postman.mayPush)
          assert.strictEqual(yield* line("two"), "kept")
          assert.lengthOf(stage.tried, 1)
          stage.answer = () => undefined
          yield* TestClock.adjust("1 hour")
          assert.isTrue(yield* postman.mayPush)
          yield* openWindow("message")
          yield* flush
          assert.deepStrictEqual(stage.tried.slice(1), ["one\ntwo"])
        })
      )
  )

  it.effect("without an answer the line is not sent again, and not claimed to have arrived", () =>
    onStage((stage) =>
      Effect.gen(function* () {
        stage.answer = () => new WeChatUnreachable({ reason: "timeout" })
        assert.strictEqual(yield* line("one"), "unsure")
        assert.deepStrictEqual([stage.tried.length, yield* waiting], [1, []])
        stage.answer = () => new WeChatUnreachable({ reason: "token" })
        assert.strictEqual(yield* line("two"), "kept")
        assert.deepStrictEqual(yield* waiting, ["two"])
      })
    )
  )

  it.effect("without an answer what became of a chat is told again, until WeChat took it", () =>
    onStage((stage) =>
      Effect.gen(function* () {
        yield* openWindow("message")
        stage.answer = () => new WeChatUnreachable({ reason: "network" })
        assert.strictEqual(yield* notice("gone"), "kept")
        yield* TestClock.adjust("11 seconds")
        assert.deepStrictEqual(stage.tried, ["gone", "gone"])
        stage.answer = () => undefined
        yield* TestClock.adjust("11 seconds")
        assert.deepStrictEqual([stage.tried, yield* waiting], [["gone", "gone", "gone"], []])
      })
    )
  )

  it.effect("without an answer to lines and a notice in one message only the notice is told again", () =>
    onStage((stage) =>
      Effect.gen(function* () {
        yield* keepAll("one", "two")
        stage.answer = () => refusal(45015)
        assert.strictEqual(yield* notice("gone"), "kept")
        yield* openWindow("message")
        stage.answer = () => new WeChatUnreachable({ reason: "timeout" })
        yield* flush
        assert.deepStrictEqual([stage.tried.at(-1), yield* waiting], ["one\ntwo\ngone", ["gone"]])
        assert.lengthOf(stage.others, 1)
        stage.answer = () => undefined
        yield* TestClock.adjust("11 seconds")
        assert.deepStrictEqual([stage.tried.at(-1), yield* waiting], ["gone", []])
      })
    )
  )

  it.effect("without an answer an answer of ours comes no second time", () =>
    onStage((stage) =>
      Effect.gen(function* () {
        const postman = yield* Postman
        yield* openWindow("message")
        stage.answer = () => new WeChatUnreachable({ reason: "timeout" })
        const answer = { content: text("answer"), group: answerGroup, importance: "notice" } as const
        assert.strictEqual(yield* postman.deliver(me, answer), "unsure")
        assert.deepStrictEqual(yield* waiting, [])
      })
    )
  )

  it.effect("without a connection nothing was sent: lines wait, and go on when there is one", () =>
    onStage((stage) =>
      Effect.gen(function* () {
        yield* openWindow("message")
        stage.answer = () => new WeChatUnreachable({ reason: "no connection" })
        assert.strictEqual(yield* line("one"), "kept")
        stage.answer = () => undefined
        yield* TestClock.adjust("11 seconds")
        assert.deepStrictEqual([stage.tried, yield* waiting], [["one", "one"], []])
      })
    )
  )
})
