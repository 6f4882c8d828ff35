import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Schema } from "effect"
import { TestClock } from "effect/testing"
import { keys, ttlSeconds } from "../../src/chat/keys.ts"
import type { Turn } from "../../src/chatbot/chatbot.ts"
import { charactersKept, lastTurns, type Recalled, TeaseMemory, turnsKept } from "../../src/chatbot/memory.ts"
import { Memcached } from "../../src/memcached/memcached.ts"
import { MemoryStore } from "../../src/memcached/memory-store.ts"
import { alice, bob } from "../chat/chat-rig.ts"

const memoryOn = (store: MemoryStore) =>
  Effect.map(
    Layer.build(Layer.fresh(Layer.provideMerge(TeaseMemory.layer, Memcached.layerStore(store)))),
    (context) => ({ memory: Context.get(context, TeaseMemory), memcached: Context.get(context, Memcached) })
  )

const turn = (number: number): Turn => ({ said: `问${number}`, answered: `答${number}` })
const size = (turns: ReadonlyArray<Turn>) =>
  turns.reduce((sum, { said, answered }) => sum + said.length + answered.length, 0)

describe("what is kept of a talk", () => {
  const longTurns = Schema.Array(
    Schema.Struct({ said: Schema.Literals([1, 100, 1_500]), answered: Schema.Literals([1, 900, 2_000]) })
  )
  it.prop("is as many of the last turns as fit, as they were", [longTurns], ([sizes]) => {
    const turns = sizes.map(({ said, answered }, at): Turn => ({
      said: `${at}`.padEnd(said, "问"),
      answered: "答".repeat(answered)
    }))
    const kept = lastTurns(turns)
    assert.deepStrictEqual(kept, turns.slice(turns.length - kept.length))
    assert.isAtMost(kept.length, turnsKept)
    assert.isAtMost(size(kept), charactersKept)
    const oneMore = turns.slice(turns.length - kept.length - 1)
    if (kept.length < turns.length && kept.length < turnsKept) assert.isAbove(size(oneMore), charactersKept)
  })
})

describe("the memory of a talk", () => {
  /** What a story of two people does: each talk is begun, added to, or forgotten; an answer may be late and belong to an old one. */
  const anyDeed = Schema.Struct({
    who: Schema.Literals([alice, bob]),
    what: Schema.Literals(["recall", "add", "addToOld", "forget"])
  })

  it.effect.prop(
    "holds the turns of this talk, of this person, and of no earlier talk",
    [Schema.Array(anyDeed)],
    ([story]) =>
      Effect.gen(function* () {
        const { memory } = yield* memoryOn(new MemoryStore())
        const talks = new Map<
          string,
          { now: Recalled | undefined; old: Recalled | undefined; turns: Array<Turn> }
        >()
        let number = 0
        for (const { who, what } of story) {
          const talk = talks.get(who) ?? { now: undefined, old: undefined, turns: [] }
          talks.set(who, talk)
          const added = turn((number += 1))
          if (what === "forget") {
            yield* memory.forget(who)
            talks.set(who, { now: undefined, old: talk.now ?? talk.old, turns: [] })
          } else if (what === "addToOld") {
            if (talk.old !== undefined) yield* memory.add(who, talk.old, added)
          } else if (what === "add") {
            if (talk.now === undefined) continue
            yield* memory.add(who, talk.now, added)
            talk.turns.push(added)
          } else {
            const recalled = yield* memory.recall(who)
            assert.deepStrictEqual(recalled.turns, lastTurns(talk.turns))
            if (talk.now !== undefined) assert.strictEqual(recalled.begun, talk.now.begun)
            talk.now = recalled
          }
        }
      }).pipe(Effect.scoped)
  )

  it.effect("keeps turns that are added at the same moment by two servers", () =>
    Effect.gen(function* () {
      const store = new MemoryStore()
      const [one, other] = [yield* memoryOn(store), yield* memoryOn(store)]
      const talk = yield* one.memory.recall(alice)
      const both = [one.memory.add(alice, talk, turn(1)), other.memory.add(alice, talk, turn(2))]
      yield* Effect.all(both, { concurrency: "unbounded" })
      const { turns } = yield* other.memory.recall(alice)
      assert.sameDeepMembers([...turns], [turn(1), turn(2)])
    })
  )

  it.effect("ends by itself, counted from the last turn", () =>
    Effect.gen(function* () {
      const { memory } = yield* memoryOn(new MemoryStore())
      const talk = yield* memory.recall(alice)
      yield* TestClock.adjust(`${ttlSeconds.tease - 10} seconds`)
      yield* memory.add(alice, talk, turn(1))
      yield* TestClock.adjust(`${ttlSeconds.tease - 10} seconds`)
      assert.deepStrictEqual((yield* memory.recall(alice)).turns, [turn(1)])
      yield* TestClock.adjust("11 seconds")
      assert.deepStrictEqual((yield* memory.recall(alice)).turns, [])
    })
  )

  it.effect("begins anew where it cannot be read", () =>
    Effect.gen(function* () {
      const { memory, memcached } = yield* memoryOn(new MemoryStore())
      yield* memcached.set(keys.tease(alice), "{]", ttlSeconds.tease)
      const talk = yield* memory.recall(alice)
      assert.deepStrictEqual(talk.turns, [])
      yield* memory.add(alice, talk, turn(1))
      assert.deepStrictEqual((yield* memory.recall(alice)).turns, [turn(1)])
    })
  )
})
