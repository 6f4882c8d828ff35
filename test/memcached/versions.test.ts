import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Schema } from "effect"
import { Memcached } from "../../src/memcached/memcached.ts"
import { memcachedProcess } from "./memcached-process.ts"

const ttlSeconds = 600

describe("versions", () => {
  it.live("are refused from a server that was started without them", () =>
    Effect.gen(function* () {
      const server = yield* memcachedProcess(["-C"])
      yield* Effect.gen(function* () {
        const memcached = yield* Memcached
        yield* memcached.set("s:a", "a", ttlSeconds)
        assert.deepInclude(yield* Effect.flip(memcached.gets("s:a")), {
          _tag: "MemcachedRefused",
          status: "VersionsDisabled"
        })
      }).pipe(Effect.provide(Memcached.layerMemjs({ servers: [server] })))
    }).pipe(Effect.scoped)
  )

  it.live.prop(
    "from before a restart match nothing, though the server counts from 1 again",
    { writes: Schema.Literals([1, 2, 5]) },
    ({ writes }) =>
      Effect.gen(function* () {
        const server = yield* memcachedProcess()
        yield* Effect.gen(function* () {
          const memcached = yield* Memcached
          const write = Effect.forEach(Array.from({ length: writes }), () =>
            memcached.set("s:a", "old", ttlSeconds)
          )
          yield* write
          const before = Option.getOrThrow(yield* memcached.gets("s:a"))
          yield* server.kill
          yield* server.start
          yield* Effect.sleep("300 millis")
          yield* write
          yield* memcached.set("s:b", "b", ttlSeconds)
          assert.isFalse(yield* memcached.cas("s:a", "stale", before.version, ttlSeconds))
          assert.isFalse(yield* memcached.delete("s:a", before.version))
          const after = Option.getOrThrow(yield* memcached.gets("s:a"))
          assert.notStrictEqual(after.version, before.version)
          assert.isTrue(yield* memcached.cas("s:a", "new", after.version, ttlSeconds))
        }).pipe(Effect.provide(Memcached.layerMemjs({ servers: [server] })))
      }).pipe(Effect.scoped),
    { arbitrary: { runs: 3 } }
  )
})
