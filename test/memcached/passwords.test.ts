import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Redacted } from "effect"
import { answerTo, opcodeOf, passRequest, type Proxy, throughProxy } from "./proxy.ts"

const ttlSeconds = 600
const getWithKey = 0x0c
const noop = 0x0a
const saslList = 0x20
const saslAuth = 0x21
const authenticationError = 0x20

describe("passwords", () => {
  const user = { username: "monkey", password: Redacted.make("banana") }

  /** SASL PLAIN in front of a server that knows none, as the binary protocol describes it. */
  const demandPassword = (proxy: Proxy) => {
    const known = new Set<number>()
    proxy.onRequest = (passing) => {
      const { message, toClient, connection } = passing
      if (opcodeOf(message) === saslList) return void toClient.write(answerTo(message, 0, "PLAIN"))
      if (opcodeOf(message) === saslAuth) {
        const right = message.subarray(24).toString() === "PLAIN\u0000monkey\u0000banana"
        if (right) known.add(connection)
        return void toClient.write(answerTo(message, right ? 0 : authenticationError))
      }
      if (known.has(connection)) return passRequest(passing)
      toClient.write(answerTo(message, authenticationError, "Auth failure."))
    }
  }

  it.live("are shown to a server that asks", () =>
    throughProxy(
      (proxy, memcached) =>
        Effect.gen(function* () {
          demandPassword(proxy)
          yield* memcached.set("s:a", "a", ttlSeconds)
          assert.deepStrictEqual(yield* memcached.get("s:a"), Option.some("a"))
        }),
      user
    )
  )

  for (const [what, options] of [
    ["wrong", { ...user, password: Redacted.make("apple") }],
    ["missing", {}]
  ] as const) {
    it.live(
      `that are ${what} make every operation unavailable, with the reason and without the password`,
      () =>
        throughProxy(
          (proxy, memcached) =>
            Effect.gen(function* () {
              demandPassword(proxy)
              const errors = yield* Effect.forEach(Array.from({ length: 5 }), () =>
                Effect.flip(memcached.get("s:a"))
              )
              for (const error of errors) {
                assert.deepInclude(error, { _tag: "MemcachedUnavailable", problem: "authentication failed" })
                assert.notInclude(JSON.stringify(error), "apple")
              }
              const [health] = yield* memcached.servers
              assert.deepInclude(health, { healthy: false, problem: "authentication failed" })
            }),
          options
        )
    )
  }

  it.live("never come from the variables that memjs reads by itself", () =>
    Effect.gen(function* () {
      const names = ["MEMCACHE_USERNAME", "MEMCACHE_PASSWORD", "MEMCACHIER_USERNAME", "MEMCACHIER_PASSWORD"]
      yield* Effect.acquireRelease(
        Effect.sync(() => names.forEach((name) => (process.env[name] = "leaked"))),
        () => Effect.sync(() => names.forEach((name) => delete process.env[name]))
      )
      const asked = yield* throughProxy((proxy, memcached) =>
        Effect.gen(function* () {
          const opcodes: Array<number> = []
          proxy.onRequest = (passing) => {
            opcodes.push(opcodeOf(passing.message))
            passRequest(passing)
          }
          yield* memcached.get("s:a")
          return opcodes
        })
      )
      assert.deepStrictEqual(asked, [noop, getWithKey])
    }).pipe(Effect.scoped)
  )
})
