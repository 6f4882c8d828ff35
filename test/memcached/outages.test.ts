import { createServer } from "node:net"
import { setImmediate } from "node:timers/promises"
import { assert, describe, it } from "@effect/vitest"
import { Context, Duration, Effect, Exit, Fiber, Layer, Option } from "effect"
import { ask } from "../../src/memcached/asks.ts"
import { Memcached } from "../../src/memcached/memcached.ts"
import {
  connectTimeoutMillis,
  inFlightLimit,
  operationTimeoutMillis,
  reconnectPauseMillis
} from "../../src/memcached/server-link.ts"
import { type Address, freePort, memcachedProcess } from "./memcached-process.ts"

const ttlSeconds = 600
/** Two cores shared with other tests: what is called prompt may take this long. */
const slackMillis = 400
const afterPause = Effect.sleep(reconnectPauseMillis + 150)

const over = (...servers: ReadonlyArray<Address>) => Memcached.layerMemjs({ servers })

/** How long this process has been running, without the time for which the whole machine stood still. */
let awakeMillis = 0
const countMillis = 5
setInterval(() => (awakeMillis += countMillis), countMillis).unref()

/** `millis` by the clock; `awakeMillis` as it is counted above. */
const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const begunMillis = awakeMillis
    return Effect.map(Effect.timed(effect), ([duration, value]) => ({
      millis: Duration.toMillis(duration),
      awakeMillis: awakeMillis - begunMillis,
      value
    }))
  })

const failure = (key: string) =>
  Effect.flatMap(Memcached, (memcached) => timed(Effect.flip(memcached.get(key))))

describe("a server that is not there", () => {
  it.live("refuses at once, and works as soon as it is there", () =>
    Effect.gen(function* () {
      const server = yield* memcachedProcess()
      yield* server.stop
      yield* Effect.gen(function* () {
        for (let attempt = 0; attempt < 5; attempt += 1) {
          const { awakeMillis, value } = yield* failure("s:a")
          assert.strictEqual(value._tag, "MemcachedUnavailable")
          assert.isBelow(awakeMillis, slackMillis)
        }
        yield* server.start
        yield* afterPause
        const memcached = yield* Memcached
        yield* memcached.set("s:a", "a", ttlSeconds)
        assert.deepStrictEqual(yield* memcached.get("s:a"), Option.some("a"))
      }).pipe(Effect.provide(over(server)))
    }).pipe(Effect.scoped)
  )

  it.live("that accepts and never says a word counts as not there, and costs one attempt", () =>
    Effect.gen(function* () {
      const port = yield* freePort
      let attempts = 0
      const listener = createServer((socket) => {
        attempts += 1
        socket.on("error", () => {})
      })
      yield* Effect.acquireRelease(
        Effect.promise(() => new Promise<void>((resolve) => listener.listen(port, "127.0.0.1", resolve))),
        () => Effect.sync(() => listener.close())
      )
      yield* Effect.gen(function* () {
        const first = yield* Effect.forEach(["s:a", "s:b", "s:c"], failure, { concurrency: "unbounded" })
        for (const { awakeMillis, value } of first) {
          assert.strictEqual(value._tag, "MemcachedUnavailable")
          assert.isBelow(awakeMillis, connectTimeoutMillis + slackMillis)
        }
        const next = yield* failure("s:a")
        assert.strictEqual(next.value._tag, "MemcachedUnavailable")
        assert.isBelow(next.awakeMillis, reconnectPauseMillis / 2)
        assert.strictEqual(attempts, 1)
      }).pipe(Effect.provide(over({ host: "127.0.0.1", port })))
    }).pipe(Effect.scoped)
  )
})

describe("a server that hangs or dies", () => {
  it.live("leaves what was sent unanswered in time, refuses the rest, and goes on when it wakes", () =>
    Effect.gen(function* () {
      const server = yield* memcachedProcess()
      yield* Effect.gen(function* () {
        const memcached = yield* Memcached
        yield* memcached.set("s:a", "before", ttlSeconds)
        yield* server.pause
        const writing = yield* Effect.forkChild(timed(Effect.flip(memcached.set("s:a", "after", ttlSeconds))))
        // New requests all the time must not keep the silent connection alive.
        const pressing = yield* Effect.forkChild(
          Effect.forever(Effect.andThen(Effect.ignore(memcached.get("s:b")), Effect.sleep("20 millis")))
        )
        const written = yield* Fiber.join(writing)
        assert.strictEqual(written.value._tag, "MemcachedUnanswered")
        assert.isAtLeast(written.millis, operationTimeoutMillis)
        assert.isBelow(written.awakeMillis, operationTimeoutMillis + slackMillis)
        const rest = yield* failure("s:a")
        assert.strictEqual(rest.value._tag, "MemcachedUnavailable")
        assert.isBelow(rest.awakeMillis, connectTimeoutMillis + slackMillis)
        yield* Fiber.interrupt(pressing)
        yield* server.resume
        yield* afterPause
        yield* Effect.ignore(memcached.get("s:a"))
        yield* afterPause
        assert.include(["before", "after"], Option.getOrNull(yield* memcached.get("s:a")))
        yield* memcached.set("s:a", "later", ttlSeconds)
        assert.deepStrictEqual(yield* memcached.get("s:a"), Option.some("later"))
      }).pipe(Effect.provide(over(server)))
    }).pipe(Effect.scoped)
  )

  it.live("that stands still for a moment gets each of the packets that wait as it was asked", () =>
    Effect.gen(function* () {
      const server = yield* memcachedProcess()
      yield* Effect.gen(function* () {
        const memcached = yield* Memcached
        yield* memcached.set("before", "", ttlSeconds)
        yield* server.pause
        // More than the buffers of the system take, in packets of turns of their own.
        const values = Array.from({ length: 600 }, (_, index) => String(index % 10).repeat(40_000 + index))
        const writing = yield* Effect.forEach(values, (value, index) =>
          Effect.tap(Effect.forkChild(memcached.set(`k${index}`, value, ttlSeconds)), () =>
            Effect.promise(() => setImmediate())
          )
        )
        yield* server.resume
        yield* Effect.forEach(writing, Fiber.join)
        for (const [index, value] of values.entries()) {
          const found = Option.getOrThrow(yield* memcached.get(`k${index}`))
          assert.isTrue(found === value, `k${index} holds something else`)
        }
      }).pipe(Effect.provide(over(server)))
    }).pipe(Effect.scoped)
  )

  it.live("killed in the middle: every operation under way ends at once as unanswered", () =>
    Effect.gen(function* () {
      const server = yield* memcachedProcess()
      yield* Effect.gen(function* () {
        const memcached = yield* Memcached
        yield* memcached.get("s:a")
        yield* server.pause
        const asked = yield* Effect.forkChild(
          Effect.forEach(
            Array.from({ length: 100 }, (_, index) => `s:${index}`),
            failure,
            { concurrency: "unbounded" }
          )
        )
        yield* Effect.sleep("100 millis")
        yield* server.kill
        for (const { awakeMillis, value } of yield* Fiber.join(asked)) {
          assert.strictEqual(value._tag, "MemcachedUnanswered")
          assert.isBelow(awakeMillis, 100 + slackMillis)
        }
        yield* server.start
        yield* afterPause
        assert.deepStrictEqual(yield* memcached.get("s:a"), Option.none())
      }).pipe(Effect.provide(over(server)))
    }).pipe(Effect.scoped)
  )

  it.live("restarted while nobody asked: the next operation just works", () =>
    Effect.gen(function* () {
      const server = yield* memcachedProcess()
      yield* Effect.gen(function* () {
        const memcached = yield* Memcached
        for (let round = 0; round < 5; round += 1) {
          yield* memcached.set("s:a", String(round), ttlSeconds)
          yield* round % 2 === 0 ? server.kill : server.stop
          yield* server.start
          yield* Effect.sleep("20 millis")
          assert.deepStrictEqual(yield* memcached.get("s:a"), Option.none())
        }
      }).pipe(Effect.provide(over(server)))
    }).pipe(Effect.scoped)
  )

  it.live("takes no more operations than the limit; the rest is refused at once", () =>
    Effect.gen(function* () {
      const server = yield* memcachedProcess()
      yield* Effect.gen(function* () {
        const memcached = yield* Memcached
        yield* memcached.get("s:a")
        yield* server.pause
        const extra = 7
        const results = yield* Effect.forEach(
          Array.from({ length: inFlightLimit + extra }, (_, index) => `s:${index}`),
          failure,
          { concurrency: "unbounded" }
        )
        const refused = results.filter(({ value }) => value._tag === "MemcachedUnavailable")
        assert.strictEqual(refused.length, extra)
        assert.isTrue(refused.every(({ awakeMillis }) => awakeMillis < operationTimeoutMillis / 2))
      }).pipe(Effect.provide(over(server)))
    }).pipe(Effect.scoped)
  )
})

describe("what nobody waits for", () => {
  it.live("ends with the connections, and is refused at once after them", () =>
    Effect.gen(function* () {
      const server = yield* memcachedProcess()
      const asking = (memcached: Memcached["Service"]) =>
        timed(memcached.askAll([ask.set("s:late", "late", ttlSeconds)], "piggybacked"))
      const { memcached, held } = yield* Effect.scoped(
        Effect.gen(function* () {
          const memcached = Context.get(yield* Layer.build(over(server)), Memcached)
          // Opens the connection.
          assert.deepStrictEqual(yield* memcached.get("s:late"), Option.none())
          return { memcached, held: yield* Effect.forkDetach(asking(memcached), { startImmediately: true }) }
        })
      )
      for (const { awakeMillis, value } of [yield* Fiber.join(held), yield* asking(memcached)]) {
        assert.isTrue(value.every(Exit.isFailure))
        assert.isBelow(awakeMillis, slackMillis)
      }
    }).pipe(Effect.scoped)
  )
})
