import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { keys } from "../../src/chat/keys.ts"
import { sweepEveryMillis, sweepLeaseMillis } from "../../src/chat/sweeper.ts"
import {
  alice,
  bob,
  carol,
  idleTimeoutMillis,
  makeRig,
  pairingTimeoutMillis,
  pushedTo,
  type Server,
  startServer,
  toldWithinMillis
} from "./chat-rig.ts"

const two = Effect.gen(function* () {
  const rig = yield* makeRig()
  return { rig, one: yield* startServer(rig), other: yield* startServer(rig) }
})

const pass = Effect.fnUntraced(function* (millis: number, ...sweepers: ReadonlyArray<Server>) {
  for (let past = 0; past < millis; past += sweepEveryMillis) {
    yield* TestClock.adjust(Math.min(sweepEveryMillis, millis - past))
    yield* Effect.forEach(sweepers, ({ sweep }) => sweep, { concurrency: "unbounded" })
  }
})

const times = (words: ReadonlyArray<string>, part: string) =>
  words.filter((each) => each.includes(part)).length

describe("searches", () => {
  it.effect("one that runs out is told within 5 s, once, by whichever server sweeps", () =>
    Effect.gen(function* () {
      const { rig, one, other } = yield* two
      yield* one.press(alice, "配对")
      yield* pass(pairingTimeoutMillis - sweepEveryMillis, one, other)
      assert.strictEqual(times(pushedTo(rig, alice), "配对失败"), 0)
      yield* pass(sweepEveryMillis + toldWithinMillis, one, other)
      assert.deepStrictEqual(
        pushedTo(rig, alice).map((words) => words.includes("配对失败，请再次尝试")),
        [true]
      )
      assert.strictEqual(yield* one.status(alice), 0)
      yield* pass(20_000, one, other)
      assert.lengthOf(pushedTo(rig, alice), 1)
      assert.include(yield* one.press(bob, "配对"), "正在配对")
    })
  )

  it.effect("one that ran out unswept is told by the next act, and not by push as well", () =>
    Effect.gen(function* () {
      const { rig, one } = yield* two
      yield* one.press(alice, "配对")
      yield* TestClock.adjust(pairingTimeoutMillis)
      assert.include(yield* one.press(alice, "状态"), "配对失败")
      assert.include(yield* one.press(alice, "状态"), "未配对")
      yield* pass(toldWithinMillis, one)
      assert.lengthOf(pushedTo(rig, alice), 0)
    })
  )

  it.effect("whoever asks again keeps the first deadline", () =>
    Effect.gen(function* () {
      const { rig, one } = yield* two
      yield* one.press(alice, "配对")
      yield* pass(pairingTimeoutMillis - 10_000, one)
      yield* one.press(alice, "配对")
      yield* pass(10_000 + toldWithinMillis, one)
      assert.strictEqual(times(pushedTo(rig, alice), "配对失败"), 1)
    })
  )

  it.effect("a waiter whose lobby entry was lost is listed again, and found", () =>
    Effect.gen(function* () {
      const { rig, one, other } = yield* two
      yield* one.press(alice, "配对")
      rig.store.evict(keys.lobby)
      yield* pass(8_000, other)
      assert.include(yield* other.press(bob, "配对"), "已配对成功")
      assert.strictEqual(times(pushedTo(rig, alice), "已配对成功"), 1)
    })
  )

  it.effect("two who wait because each lost the other's entry are brought together, and both told once", () =>
    Effect.gen(function* () {
      const { rig, one, other } = yield* two
      yield* one.press(alice, "配对")
      rig.store.evict(keys.lobby)
      yield* one.press(bob, "配对")
      rig.store.evict(keys.lobby)
      yield* pass(15_000, one, other)
      assert.deepStrictEqual([yield* one.status(alice), yield* one.status(bob)], [11, 11])
      assert.strictEqual(times(pushedTo(rig, alice), "已配对成功"), 1)
      assert.strictEqual(times(pushedTo(rig, bob), "已配对成功"), 1)
    })
  )

  it.effect("an agenda that was lost: the lobby still says whose search ran out", () =>
    Effect.gen(function* () {
      const { rig, one, other } = yield* two
      yield* one.press(alice, "配对")
      for (let past = 0; past < pairingTimeoutMillis; past += sweepEveryMillis) {
        for (const key of rig.store.keys()) if (key.startsWith("due:")) rig.store.evict(key)
        yield* pass(sweepEveryMillis, one, other)
      }
      yield* pass(toldWithinMillis, one, other)
      assert.strictEqual(times(pushedTo(rig, alice), "配对失败"), 1)
      assert.strictEqual(yield* one.status(alice), 0)
    })
  )

  it.effect("an agenda that was lost: the waiter's next act tells, and looking goes on", () =>
    Effect.gen(function* () {
      const { rig, one } = yield* two
      yield* one.press(alice, "配对")
      for (const key of rig.store.keys()) if (key.startsWith("due:")) rig.store.evict(key)
      yield* pass(pairingTimeoutMillis + toldWithinMillis, one)
      assert.include(yield* one.press(alice, "配对"), "正在配对")
      assert.include(yield* one.press(bob, "配对"), "已配对成功")
    })
  )
})

describe("pairs", () => {
  const paired = Effect.tap(two, ({ one, other }) =>
    Effect.andThen(one.press(alice, "配对"), other.press(bob, "配对"))
  )

  it.effect("one that fell silent ends, both are told within 5 s, once", () =>
    Effect.gen(function* () {
      const { rig, one, other } = yield* paired
      yield* pass(idleTimeoutMillis - 60_000, one)
      // Keeps the pair alive, and opens the window in which both can be told.
      yield* one.say(alice, "在吗")
      yield* pass(idleTimeoutMillis - 5_000, one, other)
      assert.deepStrictEqual([yield* one.status(alice), yield* one.status(bob)], [11, 11])
      yield* pass(5_000 + toldWithinMillis, one, other)
      for (const person of [alice, bob]) assert.strictEqual(times(pushedTo(rig, person), "聊天已结束"), 1)
      assert.deepStrictEqual([yield* one.status(alice), yield* one.status(bob)], [0, 0])
      yield* pass(20_000, one, other)
      for (const person of [alice, bob]) assert.strictEqual(times(pushedTo(rig, person), "聊天已结束"), 1)
    })
  )

  it.effect("one made inside one process, on the agenda once, ends as well, and both are told, once", () =>
    Effect.gen(function* () {
      const { rig, one, other } = yield* two
      yield* Effect.all([one.press(alice, "配对"), one.press(bob, "配对")], { concurrency: "unbounded" })
      yield* one.say(alice, "在吗")
      yield* one.say(bob, "在")
      assert.deepStrictEqual([yield* one.status(alice), yield* one.status(bob)], [11, 11])
      yield* pass(idleTimeoutMillis + toldWithinMillis, other)
      for (const person of [alice, bob]) assert.strictEqual(times(pushedTo(rig, person), "聊天已结束"), 1)
      assert.deepStrictEqual([yield* one.status(alice), yield* one.status(bob)], [0, 0])
    })
  )

  it.effect("a partner whose server died before telling is told by the sweep", () =>
    Effect.gen(function* () {
      const { rig, one, other } = yield* paired
      // So that no look at the new room is due any more.
      yield* pass(20_000, one)
      const told = pushedTo(rig, bob).length
      // The server that closes the room cannot tell anybody.
      rig.faults.fateOf = (operation, key) =>
        operation === "cas" && key === keys.session(bob) ? "drop" : "proceed"
      yield* one.press(alice, "退出")
      rig.faults.fateOf = () => "proceed"
      assert.lengthOf(pushedTo(rig, bob), told)
      yield* pass(15_000, other)
      assert.strictEqual(times(pushedTo(rig, bob), "对方已离开"), 1)
    })
  )

  it.effect("a session that was lost is noticed by the sweep at the latest when the pair falls silent", () =>
    Effect.gen(function* () {
      const { rig, one, other } = yield* paired
      rig.store.evict(keys.session(bob))
      yield* pass(idleTimeoutMillis + toldWithinMillis, other)
      assert.strictEqual(yield* one.status(alice), 0)
    })
  )
})

describe("sweepers", () => {
  it.effect("one sweeps at a time, another takes over when it does not come back", () =>
    Effect.gen(function* () {
      const { rig, one, other } = yield* two
      const lease = () => rig.store.read(keys.sweep, Number.NEGATIVE_INFINITY)?.version
      yield* one.sweep
      const held = lease()
      yield* other.sweep
      assert.strictEqual(lease(), held)
      yield* one.sweep
      const renewed = lease()
      assert.notStrictEqual(renewed, held)
      yield* TestClock.adjust(sweepLeaseMillis)
      yield* other.sweep
      assert.notStrictEqual(lease(), renewed)
    })
  )

  it.effect("two at once do no harm", () =>
    Effect.gen(function* () {
      const { rig, one, other } = yield* two
      yield* one.press(alice, "配对")
      yield* other.press(carol, "配对")
      yield* one.press(bob, "配对")
      for (let second = 0; second < 60; second += 1) {
        yield* TestClock.adjust(sweepEveryMillis)
        // As if the lease had been lost between the two.
        yield* one.sweep
        rig.store.evict(keys.sweep)
        yield* other.sweep
      }
      for (const person of [alice, bob, carol]) {
        assert.isAtMost(times(pushedTo(rig, person), "已配对成功"), 1)
        assert.isAtMost(times(pushedTo(rig, person), "配对失败"), 1)
      }
      assert.strictEqual(times(pushedTo(rig, bob), "配对失败"), 1)
    })
  )

  it.effect("after all servers stood still, what is overdue is told on the first sweeps", () =>
    Effect.gen(function* () {
      const { rig, one, other } = yield* two
      yield* one.sweep
      yield* one.press(alice, "配对")
      yield* TestClock.adjust("3 hours")
      yield* pass(5_000, other)
      assert.strictEqual(times(pushedTo(rig, alice), "配对失败"), 1)
      assert.strictEqual(yield* other.status(alice), 0)
    })
  )
})
