import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Schema } from "effect"
import { TestClock } from "effect/testing"
import { keys } from "../../src/chat/keys.ts"
import type { Incoming } from "../../src/wechat/messages.ts"
import { alice, bob, makeRig, type Server, startServer } from "./chat-rig.ts"
import { answer, clicked, send, sendHeld, startSeconds, typed, wordsOf } from "./inbox-stage.ts"

const attemptGapMillis = 5_000

const passive = Effect.gen(function* () {
  const rig = yield* makeRig({ delivery: "passive" })
  return { rig, servers: [yield* startServer(rig), yield* startServer(rig)] as const }
})

/**
 * As WeChat sends a message: hangs up after 5 s and sends it again, three times in all, each time to the next server. `lost`: so many
 * attempts did not arrive.
 */
const likeWeChat = (servers: readonly [Server, Server], incoming: Incoming, lost = 0) =>
  Effect.gen(function* () {
    for (const attempt of [0, 1, 2].slice(lost)) {
      const fiber = yield* Effect.forkChild(answer(servers[attempt === 1 ? 1 : 0], incoming))
      const before = yield* Effect.timeoutOption(Fiber.join(fiber), attemptGapMillis)
      if (before._tag === "Some") return { attempt, words: wordsOf(before.value) }
      yield* Fiber.interrupt(fiber)
    }
    return undefined
  })

describe("an account that may not push", () => {
  it.effect.prop(
    "a partner who comes while the exchange is held is told in the attempt that waits, once, and in no mail",
    [Schema.Literals([300, 4_900, 5_000, 5_100, 7_000, 12_000, 13_000])],
    ([comesMillis]) =>
      Effect.gen(function* () {
        const { rig, servers } = yield* passive
        const waiting = yield* Effect.forkChild(likeWeChat(servers, clicked(alice, "配对")))
        yield* TestClock.adjust(comesMillis)
        const joining = yield* Effect.forkChild(answer(servers[1], clicked(bob, "配对")))
        yield* TestClock.adjust(15_000 - comesMillis)
        assert.include(wordsOf(yield* Fiber.join(joining)), "已配对成功")
        const told = yield* Fiber.join(waiting)
        assert.match(told?.words ?? "", /^已配对成功，可以开始聊天/u)
        assert.notInclude(told?.words, "正在配对")
        assert.strictEqual(told?.attempt, Math.floor((comesMillis + 250) / attemptGapMillis))
        assert.isUndefined(rig.store.read(keys.mail(alice), 0))
        assert.include(yield* send(servers[0], clicked(alice, "状态")), "已配对，")
        assert.lengthOf(rig.pushes, 0)
      })
  )

  it.effect.prop(
    "the last attempt answers although those before it went to a server that was down",
    [Schema.Literals([1, 2])],
    ([lost]) =>
      Effect.gen(function* () {
        const { servers } = yield* passive
        const incoming = { ...clicked(alice, "配对"), createTimeSeconds: startSeconds }
        yield* TestClock.adjust(lost * attemptGapMillis)
        const waiting = yield* Effect.forkChild(likeWeChat(servers, incoming, lost))
        yield* TestClock.adjust((3 - lost) * attemptGapMillis)
        const told = yield* Fiber.join(waiting)
        assert.strictEqual(told?.attempt, 2)
        assert.include(told?.words, "正在配对")
      })
  )

  it.effect("who waits in vain hears 正在配对 once, with the last attempt, and how to ask", () =>
    Effect.gen(function* () {
      const { rig, servers } = yield* passive
      const waiting = yield* Effect.forkChild(likeWeChat(servers, clicked(alice, "配对")))
      yield* TestClock.adjust(15_000)
      const told = yield* Fiber.join(waiting)
      assert.strictEqual(told?.attempt, 2)
      assert.match(told?.words ?? "", /正在配对.*随便发一句/u)
      yield* TestClock.adjust(10_000)
      assert.isUndefined(rig.store.read(keys.mail(alice), 0))
      assert.include(yield* send(servers[1], clicked(bob, "配对")), "已配对成功")
      assert.match((yield* send(servers[0], typed(alice, "有人吗"))) ?? "", /^已配对成功/u)
    })
  )

  it.effect("whoever does something else meanwhile is not told twice that we look", () =>
    Effect.gen(function* () {
      const { servers } = yield* passive
      const first = yield* Effect.forkChild(likeWeChat(servers, clicked(alice, "配对")))
      yield* TestClock.adjust(2_000)
      assert.include(yield* send(servers[1], typed(alice, "有人吗")), "正在配对")
      yield* TestClock.adjust(13_000)
      assert.isUndefined((yield* Fiber.join(first))?.words)
    })
  )

  it.effect("who stops looking meanwhile hears only that", () =>
    Effect.gen(function* () {
      const { servers } = yield* passive
      const first = yield* Effect.forkChild(likeWeChat(servers, clicked(alice, "配对")))
      yield* TestClock.adjust(2_000)
      const left = yield* Effect.forkChild(answer(servers[1], clicked(alice, "退出")))
      yield* TestClock.adjust(1_000)
      assert.include(wordsOf(yield* Fiber.join(left)), "已退出")
      assert.isUndefined((yield* Fiber.join(first))?.words)
    })
  )

  it.effect("an attempt that never comes: what became of the search is told with the next word", () =>
    Effect.gen(function* () {
      const { servers } = yield* passive
      const only = yield* Effect.forkChild(answer(servers[0], clicked(alice, "配对")))
      yield* TestClock.adjust(attemptGapMillis)
      yield* Fiber.interrupt(only)
      yield* send(servers[1], clicked(bob, "配对"))
      yield* TestClock.adjust(20_000)
      const read = yield* send(servers[0], typed(alice, "喂"))
      assert.match(read ?? "", /^已配对成功，可以开始聊天[^\n]*\n?对方稍后收到。$/u)
    })
  )

  it.effect("an answer that is not there at the last attempt is announced, and rides on the next", () =>
    Effect.gen(function* () {
      const { rig, servers } = yield* passive
      yield* sendHeld(servers[0], clicked(alice, "配对"))
      rig.faults.takesMillis = (operation, key) =>
        operation === "gets" && key.startsWith("room:") ? 18_000 : 0
      const asking = yield* Effect.forkChild(likeWeChat(servers, clicked(alice, "关于")))
      yield* TestClock.adjust(15_000)
      const told = yield* Fiber.join(asking)
      assert.strictEqual(told?.attempt, 2)
      assert.include(told?.words, "过一会儿随便发一句")
      rig.faults.takesMillis = () => 0
      yield* TestClock.adjust(10_000)
      yield* servers[0].settled
      assert.include(yield* send(servers[1], clicked(alice, "状态")), "匿名")
    })
  )
})
