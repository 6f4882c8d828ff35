import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Random } from "effect"
import { Memcached } from "../../src/memcached/memcached.ts"
import { operationTimeoutMillis } from "../../src/memcached/server-link.ts"
import { memcachedProcess } from "./memcached-process.ts"

const ttlSeconds = 600

describe("hundreds of operations at once through pauses, kills and restarts", () => {
  for (const seed of ["monkey", "banana"]) {
    it.live(`never get one another's answers (seed ${seed})`, () =>
      Effect.gen(function* () {
        const servers = yield* Effect.all([memcachedProcess(), memcachedProcess()])
        yield* Effect.gen(function* () {
          const memcached = yield* Memcached
          let answered = 0
          let failed = 0
          const oneUser = (user: number) =>
            Effect.forever(
              Effect.gen(function* () {
                const key = `s:${user % 100}`
                const value = `${key} ${"小猴".repeat(yield* Random.nextIntBetween(0, 2000))}`
                const choice = yield* Random.nextIntBetween(0, 5)
                if (choice === 0) yield* memcached.set(key, value, ttlSeconds)
                else if (choice === 1) yield* memcached.append(key, " more")
                else if (choice === 2) yield* memcached.increment(`${key}#`, 1, user % 100, ttlSeconds)
                else {
                  const found = yield* memcached.gets(key)
                  if (Option.isSome(found)) {
                    assert.isTrue(
                      found.value.value.startsWith(`${key} `),
                      `${key} got ${found.value.value.slice(0, 20)}`
                    )
                    yield* memcached.cas(key, value, found.value.version, ttlSeconds)
                  }
                }
                answered += 1
              }).pipe(
                Effect.catchTag(["MemcachedUnanswered", "MemcachedUnavailable"], () => {
                  failed += 1
                  return Effect.sleep("5 millis")
                })
              )
            )
          const users = Effect.forEach(
            Array.from({ length: 300 }, (_, user) => user),
            oneUser,
            { concurrency: "unbounded" }
          )
          const troubles = Effect.gen(function* () {
            for (let trouble = 0; trouble < 8; trouble += 1) {
              const server = servers[yield* Random.nextIntBetween(0, servers.length)] ?? servers[0]
              const choice = yield* Random.nextIntBetween(0, 3)
              yield* Effect.sleep(yield* Random.nextIntBetween(20, 200))
              if (choice === 0) {
                yield* server.kill
                yield* server.start
              } else {
                yield* server.pause
                yield* Effect.sleep(choice === 1 ? 100 : operationTimeoutMillis + 150)
                yield* server.resume
              }
            }
            yield* Effect.sleep("500 millis")
            const before = answered
            yield* Effect.sleep("300 millis")
            assert.isAbove(answered, before)
            assert.isAbove(failed, 0)
          })
          // A wrong answer ends the users, and with them the test.
          yield* Effect.raceFirst(users, troubles)
        }).pipe(Effect.provide(Memcached.layerMemjs({ servers })))
      }).pipe(Effect.scoped, Random.withSeed(seed))
    )
  }
})
