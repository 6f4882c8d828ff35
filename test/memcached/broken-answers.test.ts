import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { Memcached, type MemcachedError } from "../../src/memcached/memcached.ts"
import { memcachedProcess } from "./memcached-process.ts"
import { memcachedProxy, opcodeOf, passAnswer, throughProxy } from "./proxy.ts"

const ttlSeconds = 600
const noop = 0x0a
const getWithKey = 0x0c
/** In a packet of several only the last is asked so that it must be answered. */
const quietGetWithKey = 0x0d

describe("answers that are not whole, late, or somebody else's", () => {
  it.live("an answer cut anywhere costs that operation, and nothing of it reaches the next", () =>
    throughProxy((proxy, memcached) =>
      Effect.gen(function* () {
        yield* memcached.set("s:a", "the value of a", ttlSeconds)
        yield* memcached.set("s:b", "the value of b", ttlSeconds)
        const whole = 24 + 4 + 3 + "the value of a".length
        for (let cut = 0; cut < whole; cut += 1) {
          let cutOnce = false
          proxy.onAnswer = (passing) => {
            if (cutOnce || opcodeOf(passing.message) !== quietGetWithKey) return passAnswer(passing)
            cutOnce = true
            assert.strictEqual(passing.message.length, whole)
            passing.toClient.end(passing.message.subarray(0, cut))
          }
          const [a, b] = yield* Effect.all(
            [Effect.flip(memcached.get("s:a")), Effect.flip(memcached.get("s:b"))],
            {
              concurrency: "unbounded"
            }
          )
          assert.deepStrictEqual([a._tag, b._tag], ["MemcachedUnanswered", "MemcachedUnanswered"])
          assert.deepStrictEqual(yield* memcached.get("s:b"), Option.some("the value of b"))
          assert.deepStrictEqual(yield* memcached.get("s:a"), Option.some("the value of a"))
        }
        assert.isAbove(proxy.connections(), whole)
      })
    )
  )

  it.live("silence about a question counts only once a later one is answered", () =>
    throughProxy((proxy, memcached) =>
      Effect.gen(function* () {
        yield* memcached.set("s:there", "there", ttlSeconds)
        const told = (answer: Effect.Effect<unknown, MemcachedError>) =>
          Effect.catch(answer, ({ _tag }) => Effect.succeed(_tag))
        const answers = Effect.all(
          [
            told(memcached.get("s:absent")),
            told(memcached.add("s:new", "new", ttlSeconds)),
            told(memcached.add("s:there", "again", ttlSeconds)),
            told(memcached.delete("s:new")),
            told(memcached.get("s:there"))
          ],
          { concurrency: "unbounded" }
        )
        assert.deepStrictEqual(yield* answers, [Option.none(), true, false, true, Option.some("there")])
        // Of all of them only the add of what is there, and the last, are answered.
        proxy.onAnswer = (passing) => {
          if (opcodeOf(passing.message) !== getWithKey) return passAnswer(passing)
          passing.toClient.end()
        }
        const lost = "MemcachedUnanswered"
        assert.deepStrictEqual(yield* answers, [Option.none(), true, false, lost, lost])
        proxy.onAnswer = (passing) =>
          opcodeOf(passing.message) === noop ? passAnswer(passing) : void passing.toClient.end()
        assert.deepStrictEqual(yield* answers, [lost, lost, lost, lost, lost])
        proxy.onAnswer = passAnswer
        assert.deepStrictEqual(yield* answers, [Option.none(), true, false, true, Option.some("there")])
      })
    )
  )

  it.live("an answer that comes after the time-out, on the old connection, disturbs nobody", () =>
    throughProxy((proxy, memcached) =>
      Effect.gen(function* () {
        yield* memcached.set("s:a", "the value of a", ttlSeconds)
        yield* memcached.set("s:b", "the value of b", ttlSeconds)
        const late: Array<() => void> = []
        proxy.onAnswer = (passing) => {
          if (passing.connection === 1) late.push(() => passAnswer(passing))
          else passAnswer(passing)
        }
        const error = yield* Effect.flip(memcached.get("s:a"))
        assert.strictEqual(error._tag, "MemcachedUnanswered")
        const asked = yield* Effect.forEach(
          Array.from({ length: 100 }, (_, index) => index),
          (index) => {
            if (index === 50) for (const send of late) send()
            return memcached.get("s:b")
          },
          { concurrency: 10 }
        )
        assert.isTrue(asked.every((answer) => Option.getOrNull(answer) === "the value of b"))
        assert.strictEqual(proxy.connections(), 2)
        assert.strictEqual(proxy.openConnections(), 1)
      })
    )
  )

  it.live("an answer for another key, operation or protocol is never handed out", () =>
    throughProxy((proxy, memcached) =>
      Effect.gen(function* () {
        yield* memcached.set("s:a", "the value of a", ttlSeconds)
        const spoil: Record<string, (message: Buffer) => void> = {
          key: (message) => message.write("s:b", 28),
          operation: (message) => message.writeUInt8(0x00, 1),
          magic: (message) => message.writeUInt8(0x80, 0)
        }
        for (const [what, change] of Object.entries(spoil)) {
          proxy.onAnswer = (passing) => {
            if (opcodeOf(passing.message) === getWithKey) change(passing.message)
            passAnswer(passing)
          }
          const error = yield* Effect.flip(memcached.get("s:a"))
          assert.strictEqual(error._tag, "MemcachedUnanswered", what)
          proxy.onAnswer = passAnswer
          assert.deepStrictEqual(yield* memcached.get("s:a"), Option.some("the value of a"))
        }
        proxy.onAnswer = (passing) => {
          if (opcodeOf(passing.message) === getWithKey) passing.message.writeUInt32BE(4_000_000_000, 12)
          passAnswer(passing)
        }
        assert.strictEqual((yield* Effect.flip(memcached.get("s:a")))._tag, "MemcachedUnanswered", "sequence")
      })
    )
  )

  it.live("answers in pieces of any size are put together", () =>
    throughProxy((proxy, memcached) =>
      Effect.gen(function* () {
        proxy.onAnswer = ({ message, toClient }) => {
          for (let start = 0; start < message.length; start += 7)
            toClient.write(message.subarray(start, start + 7))
        }
        const value = "小猴🐒".repeat(500)
        yield* memcached.set("s:a", value, ttlSeconds)
        const answers = yield* Effect.forEach(Array.from({ length: 20 }), () => memcached.get("s:a"), {
          concurrency: "unbounded"
        })
        assert.isTrue(answers.every((answer) => Option.getOrNull(answer) === value))
      })
    )
  )

  it.live(
    "an operation that was carried out though its answer was lost is told as unanswered, not as undone",
    () =>
      throughProxy((proxy, memcached) =>
        Effect.gen(function* () {
          yield* memcached.set("s:a", "before", ttlSeconds)
          proxy.onAnswer = ({ toClient }) => void toClient.destroy()
          const error = yield* Effect.flip(memcached.set("s:a", "after", ttlSeconds))
          assert.strictEqual(error._tag, "MemcachedUnanswered")
          proxy.onAnswer = passAnswer
          yield* Effect.sleep("300 millis")
          assert.deepStrictEqual(yield* memcached.get("s:a"), Option.some("after"))
        })
      )
  )

  it.live("every connection ends with the layer, and its late operations are refused", () =>
    Effect.gen(function* () {
      const proxy = yield* memcachedProxy(yield* memcachedProcess())
      const memcached = yield* Effect.provide(
        Memcached.use((memcached) => Effect.as(memcached.get("s:a"), memcached)),
        Memcached.layerMemjs({ servers: [proxy] })
      )
      yield* Effect.sleep("50 millis")
      assert.strictEqual(proxy.openConnections(), 0)
      assert.strictEqual((yield* Effect.flip(memcached.get("s:a")))._tag, "MemcachedUnavailable")
    }).pipe(Effect.scoped)
  )
})
