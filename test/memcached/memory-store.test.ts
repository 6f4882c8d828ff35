import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Schema } from "effect"
import { TestClock } from "effect/testing"
import { longestTtlSeconds } from "../../src/memcached/item-rules.ts"
import { Memcached } from "../../src/memcached/memcached.ts"
import { MemoryStore } from "../../src/memcached/memory-store.ts"

describe("items in memory", () => {
  it.effect.prop(
    "last as long as they were given, to the millisecond",
    { seconds: Schema.Literals([1, 2, 59, 3600, longestTtlSeconds]) },
    ({ seconds }) =>
      Effect.gen(function* () {
        const memcached = yield* Memcached
        yield* memcached.set("s:a", "a", seconds)
        yield* memcached.set("s:b", "b", seconds - 0.5)
        yield* TestClock.adjust(seconds * 1000 - 1)
        assert.deepStrictEqual(yield* memcached.get("s:a"), Option.some("a"))
        assert.deepStrictEqual(yield* memcached.get("s:b"), Option.some("b"))
        yield* TestClock.adjust(1)
        assert.deepStrictEqual(yield* memcached.get("s:a"), Option.none())
        assert.deepStrictEqual(yield* memcached.gets("s:b"), Option.none())
      }).pipe(Effect.provide(Memcached.layerMemory)),
    { arbitrary: { runs: 20 } }
  )

  it.effect("end after the longest time, also when given more, and after a second when given none", () =>
    Effect.gen(function* () {
      const memcached = yield* Memcached
      yield* memcached.set("s:a", "a", Number.POSITIVE_INFINITY)
      yield* memcached.set("s:b", "b", -5)
      yield* memcached.set("s:c", "c", Number.NaN)
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* memcached.get("s:b"), Option.none())
      assert.deepStrictEqual(yield* memcached.get("s:c"), Option.none())
      yield* TestClock.adjust(longestTtlSeconds * 1000 - 1001)
      assert.deepStrictEqual(yield* memcached.get("s:a"), Option.some("a"))
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(yield* memcached.get("s:a"), Option.none())
    }).pipe(Effect.provide(Memcached.layerMemory))
  )

  it.prop(
    "are as many as the capacity; those written longest ago go first",
    { keys: Schema.Array(Schema.Literals(["a", "b", "c", "d", "e", "f"])) },
    ({ keys }) => {
      const capacity = 3
      const store = new MemoryStore(capacity)
      for (const key of keys) store.set(key, key, 60, 0)
      const lastWrites = keys.filter((key, index) => !keys.includes(key, index + 1))
      assert.deepStrictEqual(store.keys(), lastWrites.slice(-capacity))
    },
    { arbitrary: { size: 30 } }
  )

  it.effect("are shared by all services over one store, and vanish when evicted or flushed", () =>
    Effect.gen(function* () {
      const store = new MemoryStore()
      const [first, second] = yield* Effect.all([
        Effect.provide(Memcached, Memcached.layerStore(store)),
        Effect.provide(Memcached, Memcached.layerStore(store))
      ])
      yield* first.set("s:a", "a", 60)
      yield* first.set("s:b", "b", 60)
      const { version } = Option.getOrThrow(yield* second.gets("s:a"))
      assert.isTrue(store.evict("s:a"))
      assert.isFalse(yield* second.cas("s:a", "lost", version, 60))
      assert.isTrue(yield* first.add("s:a", "again", 60))
      assert.isFalse(yield* second.cas("s:a", "lost", version, 60))
      store.flush()
      assert.deepStrictEqual(store.keys(), [])
      assert.deepStrictEqual(yield* second.get("s:b"), Option.none())
    })
  )
})
