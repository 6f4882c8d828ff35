import { assert, describe, it } from "@effect/vitest"
import { Effect, Metric, Option } from "effect"
import { Memcached } from "../../src/memcached/memcached.ts"
import { type Address, memcachedProcess } from "./memcached-process.ts"

const ttlSeconds = 600

const over = (...servers: ReadonlyArray<Address>) => Memcached.layerMemjs({ servers })

describe("several servers", () => {
  const keys = Array.from({ length: 400 }, (_, index) => `room:${index}`)

  it.live("one more server takes its share of the keys, and no other key moves", () =>
    Effect.gen(function* () {
      const three = yield* Effect.all([memcachedProcess(), memcachedProcess(), memcachedProcess()])
      const fourth = yield* memcachedProcess()
      yield* Memcached.use((memcached) =>
        Effect.forEach(keys, (key) => memcached.set(key, key, ttlSeconds), { concurrency: 50 })
      ).pipe(Effect.provide(over(...three)))
      const found = yield* Memcached.use((memcached) =>
        Effect.forEach(keys, (key) => memcached.get(key), { concurrency: 50 })
      ).pipe(Effect.provide(over(fourth, ...three)))
      const moved = found.filter(Option.isNone).length
      assert.isAbove(moved, keys.length * 0.1)
      assert.isBelow(moved, keys.length * 0.4)
      found.forEach((value, index) =>
        assert.strictEqual(
          Option.getOrElse(value, () => keys[index]),
          keys[index]
        )
      )
    }).pipe(Effect.scoped)
  )

  it.live("one that is down costs its own keys only, and its name is told", () =>
    Effect.gen(function* () {
      const [first, second] = yield* Effect.all([memcachedProcess(), memcachedProcess()])
      yield* Effect.gen(function* () {
        const memcached = yield* Memcached
        yield* Effect.forEach(keys, (key) => memcached.set(key, key, ttlSeconds))
        yield* first.kill
        const down = `${first.host}:${first.port}`
        const results = yield* Effect.forEach(keys, (key) => Effect.result(memcached.get(key)), {
          concurrency: 50
        })
        const lost = results.filter((result) => result._tag === "Failure")
        assert.isTrue(
          lost.every(
            (result) => result.failure._tag !== "MemcachedKeyInvalid" && result.failure.server === down
          )
        )
        assert.isAbove(lost.length, keys.length * 0.2)
        assert.isBelow(lost.length, keys.length * 0.8)
        assert.isTrue(
          results.every(
            (result, index) => result._tag === "Failure" || Option.getOrNull(result.success) === keys[index]
          )
        )
        assert.deepStrictEqual(
          (yield* memcached.servers).map(({ address, healthy, problem }) => [address, healthy, problem]),
          [
            [down, false, "ECONNREFUSED"],
            [`${second.host}:${second.port}`, true, undefined]
          ]
        )
      }).pipe(Effect.provide(over(first, second)))
    }).pipe(Effect.scoped)
  )
})

describe("metrics", () => {
  it.live("count operations by outcome and time them", () =>
    Effect.gen(function* () {
      const server = yield* memcachedProcess()
      yield* Effect.gen(function* () {
        const memcached = yield* Memcached
        yield* memcached.set("s:a", "word", ttlSeconds)
        yield* memcached.get("s:a")
        yield* memcached.get("s:b")
        yield* Effect.ignore(memcached.increment("s:a", 1, 1, ttlSeconds))
        yield* server.kill
        yield* Effect.sleep("50 millis")
        yield* Effect.ignore(memcached.get("s:a"))
      }).pipe(Effect.provide(over(server)))
      const seen = (yield* Metric.snapshot).map((metric) => {
        const labels = Object.values(metric.attributes ?? {}).join(" ")
        return metric.type === "Counter" || metric.type === "Histogram"
          ? `${metric.id} ${labels} ${metric.state.count}`
          : metric.id
      })
      assert.sameMembers(seen, [
        "memcached_operations_total set done 1",
        "memcached_operations_total get done 2",
        "memcached_operations_total increment refused 1",
        "memcached_operations_total get unavailable 1",
        "memcached_operation_seconds set 1",
        "memcached_operation_seconds get 3",
        "memcached_operation_seconds increment 1"
      ])
    }).pipe(Effect.scoped, Effect.provideService(Metric.MetricRegistry, new Map()))
  )
})
