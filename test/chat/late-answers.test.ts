/** Answers that came too late while lines wait: the lines stay in front, and those of their writers. */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { replyBudgetMillis } from "../../src/chat/answer.ts"
import { Mailbox } from "../../src/chat/mailbox.ts"
import { Tease } from "../../src/chat/tease.ts"
import { keys } from "../../src/chat/keys.ts"
import { text } from "../../src/core/content.ts"
import { word } from "../../src/core/wording.ts"
import { errcodes } from "../../src/wechat/errcodes.ts"
import type { Incoming } from "../../src/wechat/messages.ts"
import { alice, bob, makeRig, pushedTo, refusal, type Server, startServer } from "./chat-rig.ts"
import { answer, clicked, send, sendHeld, typed, wordsOf } from "./inbox-stage.ts"

const slowMillis = replyBudgetMillis + 500
const slowChatbot = Layer.succeed(Tease, {
  answer: () => Effect.delay(Effect.succeed({ _tag: "TeaseAnswer", text: "哈哈" } as const), slowMillis),
  forget: () => Effect.void
})

/** Two of them share no message. */
const lines = ["一", "二", "三"].map((number) => `第${number}句 ${"x".repeat(1_200)}`)

const keep = (server: Server, these: ReadonlyArray<string>) =>
  Effect.forEach(these, (one) =>
    server.run(
      Effect.gen(function* () {
        const mailbox = yield* Mailbox
        const line = { content: text(one), group: "aRoomOfBefore", from: bob }
        yield* mailbox.keep(alice, yield* mailbox.peek(alice), line)
      })
    )
  )

/** Alice teases a slow chatbot, and what Bob wrote in a chat before that waits for her. */
const teasing = Effect.fnUntraced(function* (delivery: "active" | "passive", written = lines) {
  const rig = yield* makeRig({ tease: slowChatbot, delivery })
  const server = yield* startServer(rig)
  yield* send(server, typed(alice, "调戏"))
  yield* keep(server, written)
  const waiting = server.run(
    Effect.map(
      Effect.flatMap(Mailbox, (mailbox) => mailbox.peek(alice)),
      ({ kept }) => kept
    )
  )
  return { rig, server, waiting }
})

const first = (words: string): string => words.split(" ")[0] ?? ""

describe("an answer that comes too late while lines wait", () => {
  it.effect("by push: the lines come first, in order, then the answer, and nothing is said to remain", () =>
    Effect.gen(function* () {
      const { rig, server, waiting } = yield* teasing("active")
      const asked = yield* Effect.forkChild(answer(server, typed(alice, "你好")))
      yield* TestClock.adjust(replyBudgetMillis)
      assert.isUndefined(wordsOf(yield* Fiber.join(asked)))
      yield* TestClock.adjust(5_000)
      yield* server.settled
      const pushed = pushedTo(rig, alice)
      assert.deepStrictEqual(pushed.slice(0, 3), lines)
      assert.lengthOf(pushed, 4)
      assert.include(pushed[3], "哈哈")
      assert.notInclude(pushed[3], "还有")
      assert.lengthOf(yield* waiting, 0)
    })
  )

  it.effect("where nothing can be pushed and no attempt is left: they wait in that order", () =>
    Effect.gen(function* () {
      const { server, waiting } = yield* teasing("passive")
      const asked = yield* Effect.forkChild(answer(server, typed(alice, "你好")))
      yield* TestClock.adjust(1_000)
      yield* Fiber.interrupt(asked)
      yield* TestClock.adjust(20_000)
      yield* server.settled
      const kept = yield* waiting
      assert.deepStrictEqual(
        kept.map(({ content, from }) => [first(wordsOf(content) ?? ""), from]),
        [
          ["第一句", bob],
          ["第二句", bob],
          ["第三句", bob],
          ["【AI生成】哈哈", undefined]
        ]
      )
    })
  )

  it.effect("the next attempt gives the first line, the answer, and how many remain", () =>
    Effect.gen(function* () {
      const { rig, server, waiting } = yield* teasing("passive")
      const other = yield* startServer(rig)
      const incoming = typed(alice, "你好")
      const asked = yield* Effect.forkChild(answer(server, incoming))
      yield* TestClock.adjust(4_900)
      yield* Fiber.interrupt(asked)
      const again = yield* Effect.forkChild(answer(other, incoming))
      yield* TestClock.adjust(1_000)
      const words = wordsOf(yield* Fiber.join(again)) ?? ""
      assert.match(words, /^第一句 x+\n.*哈哈\n（还有 2 条/u)
      yield* TestClock.adjust(20_000)
      yield* server.settled
      assert.deepStrictEqual(
        (yield* waiting).map(({ content }) => wordsOf(content)),
        lines.slice(1)
      )
    })
  )

  it.effect("the writer of a line that WeChat refuses then is told so", () =>
    Effect.gen(function* () {
      const { rig, server } = yield* teasing("active")
      rig.answerPush = (to, message) =>
        to === alice && message._tag === "Text" && message.content.startsWith("第一句")
          ? Effect.fail(refusal(errcodes.contentRefused.code))
          : Effect.void
      const asked = yield* Effect.forkChild(answer(server, typed(alice, "你好")))
      yield* TestClock.adjust(replyBudgetMillis)
      yield* Fiber.join(asked)
      yield* TestClock.adjust(5_000)
      yield* server.settled
      assert.isTrue(pushedTo(rig, bob).some((words) => words.includes("未能送达")))
    })
  )

  it.effect("how things stand comes with the first of those that came meanwhile, and the rest follows", () =>
    Effect.gen(function* () {
      const { rig, waiting, server } = yield* teasing("active", [])
      rig.faults.takesMillis = (_, key) => (key.startsWith(keys.lobby) ? 2_600 : 0)
      const asked = yield* Effect.forkChild(answer(server, clicked(alice, "配对")))
      yield* TestClock.adjust(replyBudgetMillis + 20)
      assert.isUndefined(wordsOf(yield* Fiber.join(asked)))
      rig.faults.takesMillis = () => 0
      yield* keep(
        server,
        ["A", "B"].map((letter) => letter.repeat(1_900))
      )
      for (let passed = 0; passed < 60; passed += 1) yield* TestClock.adjust(250)
      assert.lengthOf(yield* waiting, 0)
      const pushed = pushedTo(rig, alice)
      assert.deepStrictEqual(
        pushed.map((words) => words.slice(0, 4)),
        ["AAAA", "BBBB", "正在配对"]
      )
    })
  )

  it.effect("what breaks amid the work is answered with a sentence", () =>
    Effect.gen(function* () {
      const broken = Layer.succeed(Tease, {
        answer: () => Effect.die(new Error("a chatbot broke")),
        forget: () => Effect.void
      })
      const server = yield* startServer(yield* makeRig({ tease: broken }))
      yield* send(server, typed(alice, "调戏"))
      assert.strictEqual(
        yield* sendHeld(server, typed(alice, "你好"), replyBudgetMillis),
        word({ _tag: "Busy" })
      )
    })
  )
})

describe("word of a pair that comes too late", () => {
  /** Bob waits, and Alice joins him when her answer is late already. What is pushed to her, and what she is told who acts before that. */
  const joinsLate = Effect.fnUntraced(function* (message: Incoming) {
    const rig = yield* makeRig()
    const server = yield* startServer(rig)
    const other = yield* startServer(rig)
    yield* send(other, clicked(bob, "配对"))
    rig.faults.takesMillis = (_, key) => (key === keys.lobby ? replyBudgetMillis + 100 : 0)
    const asked = yield* Effect.forkChild(answer(server, clicked(alice, "配对")))
    yield* TestClock.adjust(100)
    rig.faults.takesMillis = () => 0
    yield* TestClock.adjust(replyBudgetMillis)
    assert.isUndefined(wordsOf(yield* Fiber.join(asked)))
    const createTimeSeconds = Math.floor((yield* Clock.currentTimeMillis) / 1_000)
    const told = yield* send(other, { ...message, createTimeSeconds })
    yield* TestClock.adjust(10_000)
    yield* server.settled
    yield* other.settled
    return { told, pushed: pushedTo(rig, alice) }
  })

  it.effect("is pushed, and before the end of the pair", () =>
    Effect.gen(function* () {
      const { pushed } = yield* joinsLate(clicked(bob, "退出"))
      assert.deepStrictEqual(pushed, [word({ _tag: "PairMade" }), word({ _tag: "PartnerLeft" })])
    })
  )

  it.effect("is not pushed to who has left the pair meanwhile", () =>
    Effect.gen(function* () {
      const { told, pushed } = yield* joinsLate(clicked(alice, "退出"))
      assert.strictEqual(told, word({ _tag: "Left", pair: true }))
      assert.deepStrictEqual(pushed, [])
    })
  )
})
