/** 对方正在输入…: who is shown it, when, and that it holds nothing up (protocol notes 6.3). */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { typingAfterMillis } from "../../src/chat/typing.ts"
import { keys } from "../../src/chat/keys.ts"
import { Tease } from "../../src/chat/tease.ts"
import { WeChatUnreachable } from "../../src/wechat/api-exchange.ts"
import { alice, bob, makeRig, pushedTo, refusal, startServer } from "./chat-rig.ts"
import { answer, atOnce, paired, send, typed } from "./inbox-stage.ts"

const burst = Array.from({ length: 8 }, (_, number) => `line ${number}`)

describe("a line that waits", () => {
  it.effect("shows its receiver once in 15 s that somebody is typing, while that is allowed", () =>
    Effect.gen(function* () {
      const { rig, servers } = yield* paired()
      for (const words of burst) yield* send(servers[0], typed(alice, words))
      assert.deepStrictEqual(rig.typing, [bob])
      yield* TestClock.adjust("16 seconds")
      yield* send(servers[0], typed(alice, "still there?"))
      assert.deepStrictEqual(rig.typing, [bob, bob])
      // 30 s after the receiver last did something WeChat would refuse it (45080).
      yield* TestClock.adjust("16 seconds")
      yield* send(servers[0], typed(alice, "hello?"))
      assert.lengthOf(rig.typing, 2)
    })
  )

  it.effect("and its writer does not wait for that, whatever WeChat says to it", () =>
    Effect.gen(function* () {
      const { rig, servers } = yield* paired()
      rig.answerTyping = () => Effect.sleep("3 seconds")
      for (const words of burst) yield* atOnce("the writer", answer(servers[0], typed(alice, words)))
      assert.lengthOf(rig.typing, 1)
      rig.answerTyping = () => Effect.fail(refusal(45081))
      yield* TestClock.adjust("16 seconds")
      assert.include(yield* send(servers[1], typed(bob, "#状态")), "已配对")
      for (const words of burst) yield* atOnce("the writer", answer(servers[0], typed(alice, words)))
      assert.lengthOf(rig.typing, 2)
    })
  )

  it.effect("shows nothing where nothing was kept, nor where nothing can be pushed", () =>
    Effect.gen(function* () {
      const active = yield* paired()
      yield* send(active.servers[0], typed(alice, "one"))
      assert.deepStrictEqual(active.rig.typing, [])
      const passive = yield* paired({ delivery: "passive" })
      yield* send(passive.servers[0], typed(alice, "one"))
      assert.deepStrictEqual(passive.rig.typing, [])
    })
  )

  it.effect.each([48001, 45009])("%d: no more signs are sent for a while", (code) =>
    Effect.gen(function* () {
      const { rig, servers } = yield* paired()
      rig.answerTyping = () => Effect.fail(refusal(code))
      for (const words of burst) yield* send(servers[0], typed(alice, words))
      yield* TestClock.adjust("16 seconds")
      yield* send(servers[0], typed(alice, "more"))
      assert.lengthOf(rig.typing, 1)
    })
  )
})

describe("a chatbot that thinks", () => {
  const thinks = (millis: number) => {
    const asked = { times: 0 }
    const answer = Effect.suspend(() => {
      asked.times += 1
      return Effect.delay(Effect.succeed({ _tag: "TeaseAnswer", text: "嗯" } as const), millis)
    })
    return { asked, tease: Layer.succeed(Tease, { answer: () => answer, forget: () => Effect.void }) }
  }

  it.effect.each([
    { millis: typingAfterMillis - 1, signs: 0 },
    { millis: typingAfterMillis + 1, signs: 1 },
    { millis: 9_000, signs: 1 },
    { millis: 9_000, signs: 1, sign: "unanswered" },
    { millis: 9_000, signs: 0, ledger: "lost" }
  ])("is asked once, and seen typing once it takes long: %j", ({ millis, signs, sign, ledger }) =>
    Effect.gen(function* () {
      const { asked, tease } = thinks(millis)
      const rig = yield* makeRig({ tease })
      if (sign === "unanswered") {
        rig.answerTyping = () => Effect.fail(new WeChatUnreachable({ reason: "timeout" }))
      }
      const server = yield* startServer(rig)
      yield* send(server, typed(alice, "调戏"))
      const answering = yield* Effect.forkChild(send(server, typed(alice, "在想什么")))
      yield* TestClock.adjust(typingAfterMillis - 1)
      if (ledger === "lost") rig.store.evict(keys.quota(alice))
      yield* TestClock.adjust("9 seconds")
      const said = [yield* atOnce("the answer", Fiber.join(answering)), ...pushedTo(rig, alice)]
      assert.deepStrictEqual(
        said.filter((words) => words !== undefined),
        ["【AI生成】嗯"]
      )
      assert.lengthOf(rig.typing, signs)
      assert.strictEqual(asked.times, 1)
    })
  )
})
