import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { replyBudgetMillis } from "../../src/chat/answer.ts"
import { Duplicates } from "../../src/chat/duplicates.ts"
import { keys } from "../../src/chat/keys.ts"
import { Sessions } from "../../src/chat/sessions.ts"
import { sweepEveryMillis } from "../../src/chat/sweeper.ts"
import { duplicateKey } from "../../src/wechat/messages.ts"
import { alice, bob, carol, makeRig, pushedTo, startServer, toldWithinMillis } from "./chat-rig.ts"
import { answer, clicked, paired, send, typed, wordsOf } from "./inbox-stage.ts"

describe("a message that a dead server left behind", () => {
  it.effect("is not for a partner of later, and keeps nobody from being answered", () =>
    Effect.gen(function* () {
      const { rig, servers } = yield* paired()
      const [one, other] = servers
      const left = typed(alice, "for Bob only")
      // What a server that was killed in the middle leaves: the claim, and nothing else.
      yield* one.run(Effect.flatMap(Duplicates, (duplicates) => duplicates.tryClaim(duplicateKey(left))))
      const again = yield* Effect.forkChild(answer(other, left))
      yield* TestClock.adjust(1_000)
      // Not `send`: the other server is not settled while it waits for the dead one.
      assert.include(wordsOf(yield* answer(other, clicked(alice, "更换"))), "正在配对")
      assert.include(wordsOf(yield* answer(one, clicked(carol, "配对"))), "已配对成功")
      yield* TestClock.adjust(replyBudgetMillis - 1_000)
      const last = yield* Fiber.join(again)
      yield* Effect.all([one.settled, other.settled])
      assert.deepStrictEqual(pushedTo(rig, carol).includes("for Bob only"), false)
      assert.deepStrictEqual(pushedTo(rig, bob).includes("for Bob only"), false)
      assert.include(wordsOf(last), "刚才这句没有发出去")
    })
  )
})

describe("a room that memcached lost", () => {
  it.effect(
    "ends with a word for both: who looks next reads it, and the partner is told within seconds, once",
    () =>
      Effect.gen(function* () {
        const { rig, servers } = yield* paired()
        const [one, other] = servers
        const { value } = yield* one.run(Effect.flatMap(Sessions, (sessions) => sessions.read(alice)))
        assert.isDefined(value?.room)
        yield* other.sweep
        rig.store.evict(keys.room(value.room))
        assert.include(yield* send(one, clicked(alice, "更换")), "对方已离开")
        for (let past = 0; past < toldWithinMillis; past += sweepEveryMillis) {
          yield* TestClock.adjust(sweepEveryMillis)
          yield* other.sweep
        }
        const told = pushedTo(rig, bob).filter((words) => words.includes("对方已离开"))
        assert.lengthOf(told, 1)
      })
  )

  it.effect("and one that is still being made, slowly, is none: who did not act hears of no end", () =>
    Effect.gen(function* () {
      const rig = yield* makeRig()
      const [one, other] = [yield* startServer(rig), yield* startServer(rig)]
      // Both point at a room that is not there yet.
      rig.faults.takesMillis = (operation, key) =>
        operation === "add" && key.startsWith("room:") ? roomTakesMillis : 0
      const pressing = yield* Effect.forkChild(
        Effect.all(
          [alice, bob].map((who) => send(one, clicked(who, "配对"))),
          { concurrency: "unbounded" }
        )
      )
      yield* TestClock.adjust(100)
      assert.include(rig.store.keys(), keys.session(bob))
      rig.faults.takesMillis = () => 0
      assert.include(yield* send(other, typed(alice, "在吗")), "刚才这句没有发出去")
      for (let past = 0; past < roomTakesMillis; past += sweepEveryMillis) {
        yield* TestClock.adjust(sweepEveryMillis)
        yield* other.sweep
      }
      yield* Fiber.join(pressing)
      assert.isEmpty(pushedTo(rig, bob).filter((words) => words.includes("对方已离开")))
    })
  )
})

describe("a session that memcached lost", () => {
  it.effect.each([
    { and: "", evicted: [] },
    { and: ", also if that left no mark", evicted: [keys.session(alice)] }
  ])("its owner hears nothing of that chat any more who has been in another since$and", ({ evicted }) =>
    Effect.gen(function* () {
      const { rig, servers } = yield* paired()
      const [one, other] = servers
      rig.store.evict(keys.session(alice))
      yield* TestClock.adjust("1 minute")
      assert.include(yield* send(one, clicked(alice, "配对")), "正在配对")
      assert.include(yield* send(one, clicked(carol, "配对")), "已配对成功")
      assert.include(yield* send(one, clicked(carol, "退出")), "已退出")
      for (const key of evicted) rig.store.evict(key)
      const heardBefore = pushedTo(rig, alice).length
      assert.include(yield* send(other, typed(bob, "在吗")), "对方已离开")
      yield* TestClock.adjust(toldWithinMillis)
      assert.lengthOf(pushedTo(rig, alice), heardBefore)
    })
  )

  it.effect("its owner is told of the end of that chat, also shortly after another", () =>
    Effect.gen(function* () {
      const { rig, servers } = yield* paired()
      const [one, other] = servers
      yield* TestClock.adjust("1 minute")
      yield* send(one, clicked(bob, "退出"))
      assert.include(yield* send(one, clicked(carol, "配对")), "正在配对")
      assert.include(yield* send(one, clicked(alice, "配对")), "已配对成功")
      rig.store.evict(keys.session(alice))
      const heardBefore = pushedTo(rig, alice).length
      assert.include(yield* send(other, typed(carol, "在吗")), "对方已离开")
      yield* TestClock.adjust(toldWithinMillis)
      assert.deepStrictEqual(pushedTo(rig, alice).slice(heardBefore).map(isEnd), [true])
    })
  )
})

const isEnd = (words: string): boolean => words.includes("对方已离开")

/** As long as an operation, and the look at what became of it, may take. */
const roomTakesMillis = 2_000
