import { createHash } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Random } from "effect"
import { Memcached } from "../../src/memcached/memcached.ts"
import { memcachedProcess } from "./memcached-process.ts"

const ttlSeconds = 600
const troubles = 8
const briefPauseMillis = 100

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
                const key = openidLike(user % 100)
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
          // A busy machine counts the timeout late, so a long pause lasts until it was felt, not for a time.
          const untilFailed = Effect.suspend(() => {
            const before = failed
            return Effect.sleep("20 millis").pipe(Effect.repeat({ until: () => failed > before }))
          })
          const trouble = Effect.gen(function* () {
            const server = servers[yield* Random.nextIntBetween(0, servers.length - 1)] ?? servers[0]
            const kind = yield* Random.choice(["kill", "brief pause", "long pause"] as const)
            yield* Effect.sleep(yield* Random.nextIntBetween(20, 200))
            if (kind === "kill") {
              yield* server.kill
              yield* server.start
            } else {
              yield* server.pause
              yield* kind === "brief pause" ? Effect.sleep(briefPauseMillis) : untilFailed
              yield* server.resume
            }
          })
          const inTrouble = Effect.gen(function* () {
            yield* Effect.repeat(trouble, { times: troubles - 1 })
            yield* Effect.sleep("500 millis")
            const before = answered
            yield* Effect.sleep("300 millis")
            assert.isAbove(answered, before)
            assert.isAbove(failed, 0)
          })
          // A wrong answer ends the users, and with them the test.
          yield* Effect.raceFirst(users, inTrouble)
        }).pipe(Effect.provide(Memcached.layerMemjs({ servers })))
      }).pipe(Effect.scoped, Random.withSeed(seed))
    )
  }
})

/** As mixed as real keys: counted names lie so close together on the ring that one server may get them all. */
const openidLike = (user: number) => `s:${createHash("sha1").update(String(user)).digest("base64url")}`
