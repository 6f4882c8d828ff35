import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { sweepEveryMillis } from "../../src/chat/sweeper.ts"
import {
  alice,
  bob,
  idleTimeoutMillis,
  makeRig,
  pushedTo,
  type Rig,
  type Server,
  startServer,
  toldWithinMillis
} from "./chat-rig.ts"

const two = Effect.gen(function* () {
  const rig = yield* makeRig()
  return { rig, one: yield* startServer(rig), other: yield* startServer(rig) }
})

/** Made by the other server, which joined the room of the one. */
const paired = Effect.tap(two, ({ one, other }) =>
  Effect.andThen(one.press(alice, "配对"), other.press(bob, "配对"))
)

/** Time passes, and memcached forgets the agenda again and again. */
const passForgetting = Effect.fnUntraced(function* (
  { store }: Rig,
  millis: number,
  ...sweepers: ReadonlyArray<Server>
) {
  for (let past = 0; past < millis; past += sweepEveryMillis) {
    for (const key of store.keys()) if (key.startsWith("due:")) store.evict(key)
    yield* TestClock.adjust(Math.min(sweepEveryMillis, millis - past))
    yield* Effect.forEach(sweepers, ({ sweep }) => sweep, { concurrency: "unbounded" })
  }
})

const endings = (rig: Rig, person: typeof alice) =>
  pushedTo(rig, person).filter((words) => words.includes("聊天已结束")).length

describe("pairs whose agenda memcached forgets", () => {
  it.effect(
    "one that fell silent while its page of the agenda was lost ends in time, both are told, once",
    () =>
      Effect.gen(function* () {
        const { rig, one, other } = yield* paired
        yield* passForgetting(rig, idleTimeoutMillis - 60_000, one, other)
        // So that pushes may tell both. The other server passed no line on, but it read the room.
        yield* one.say(alice, "在吗")
        yield* one.say(bob, "在")
        yield* passForgetting(rig, idleTimeoutMillis - 5_000, one, other)
        assert.deepStrictEqual([yield* one.status(alice), yield* one.status(bob)], [11, 11])
        yield* passForgetting(rig, 5_000 + toldWithinMillis, one, other)
        for (const person of [alice, bob]) assert.strictEqual(endings(rig, person), 1)
        assert.deepStrictEqual([yield* one.status(alice), yield* one.status(bob)], [0, 0])
      })
  )

  it.effect("one without an agenda whose server died is ended by another that passed a line on", () =>
    Effect.gen(function* () {
      const { rig, one, other } = yield* two
      yield* one.press(alice, "配对")
      yield* one.press(bob, "配对")
      yield* other.say(alice, "在吗")
      yield* passForgetting(rig, idleTimeoutMillis + toldWithinMillis, other)
      assert.strictEqual(endings(rig, alice), 1)
      assert.strictEqual(yield* other.status(bob), 0)
    })
  )

  it.effect("one without an agenda stands as long as lines go through another server", () =>
    Effect.gen(function* () {
      const { rig, one, other } = yield* paired
      // From here on this server knows of the pair, and of none of its lines.
      assert.strictEqual(yield* one.status(alice), 11)
      for (let line = 0; line < 4; line += 1) {
        yield* passForgetting(rig, idleTimeoutMillis / 2, one)
        yield* other.say(alice, "在吗")
      }
      assert.deepStrictEqual([yield* one.status(alice), yield* one.status(bob)], [11, 11])
      yield* passForgetting(rig, idleTimeoutMillis + toldWithinMillis, one)
      assert.strictEqual(yield* one.status(alice), 0)
    })
  )

  it.effect("what this process knows of outlives an outage of memcached at the moment of the end", () =>
    Effect.gen(function* () {
      const { rig, other: maker } = yield* paired
      yield* passForgetting(rig, idleTimeoutMillis - 5_000, maker)
      rig.faults.fateOf = () => "drop"
      for (let second = 0; second < 20; second += 1) {
        yield* TestClock.adjust(sweepEveryMillis)
        yield* Effect.ignore(maker.sweep)
      }
      rig.faults.fateOf = () => "proceed"
      yield* passForgetting(rig, toldWithinMillis, maker)
      assert.strictEqual(yield* maker.status(alice), 0)
    })
  )
})
