/** A PostgreSQL that takes connections and says nothing, as after a failover that lost its packets. */
import { connect, createServer, type Socket } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Context, Duration, Effect, Fiber, Layer, Option, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { Database } from "../../src/database/database.ts"
import { freePort } from "../memcached/memcached-process.ts"
import { eventually } from "../service/eventually.ts"
import { postgres } from "./databases-under-test.ts"

/**
 * Between a server and its database. What is said while it is silent stays here for good, also what is said later on a connection that was
 * silent once; `afterHandshake`: silent connections are taken first.
 */
const proxyFor = Effect.fnUntraced(function* (url: URL, afterHandshake: boolean) {
  const port = yield* freePort
  const sockets = new Set<Socket>()
  const proxy = { isSilent: true, heard: 0 }
  const listener = createServer((client) => {
    let isSilent = false
    const server = connect(Number(url.port), url.hostname)
    for (const socket of [client, server]) {
      sockets.add(socket)
      socket.on("error", () => {})
    }
    client.on("close", () => server.destroy())
    server.on("close", () => client.destroy())
    let messages = 0
    client.on("data", (data) => {
      messages += 1
      isSilent ||= proxy.isSilent
      // The first message asks for the connection, those behind it for something else.
      if (isSilent && !(afterHandshake && messages === 1)) proxy.heard += 1
      else server.write(data)
    })
    server.on("data", (data) => void client.write(data))
  })
  yield* Effect.acquireRelease(
    Effect.promise(() => new Promise<void>((resolve) => listener.listen(port, "127.0.0.1", resolve))),
    () =>
      Effect.promise(() => {
        for (const socket of sockets) socket.destroy()
        return new Promise<void>((resolve) => listener.close(() => resolve()))
      })
  )
  const through = new URL(url)
  through.port = String(port)
  return { proxy, url: Redacted.make(through.href) }
})

/** Lets the time of the test pass, in which a question is given up, and a little real time, which a question takes. */
const until = Effect.fnUntraced(function* (what: string, isSo: Effect.Effect<boolean>) {
  for (let second = 0; second < 60; second += 1) {
    yield* TestClock.withLive(Effect.sleep("20 millis"))
    if (yield* isSo) return
    yield* TestClock.adjust("1 second")
  }
  assert.fail(`did not happen within a minute: ${what}`)
})

describe("a PostgreSQL that is silent when a server starts", () => {
  it.effect.each([
    { name: "from the beginning", afterHandshake: false },
    { name: "after it took the connection", afterHandshake: true }
  ])("$name is asked again and again, and used when it speaks", ({ afterHandshake }) =>
    Effect.gen(function* () {
      const { proxy, url } = yield* proxyFor(
        new URL(Redacted.value(yield* postgres.emptyDatabase)),
        afterHandshake
      )
      const starting = yield* Effect.forkChild(Layer.build(Layer.fresh(Database.layer(url))))
      yield* until(
        "the server starts without",
        Effect.sync(() => starting.pollUnsafe() !== undefined)
      )
      const database = Context.get(yield* Fiber.join(starting), Database)
      assert.match(Option.getOrThrow(yield* database.problem), /no answer in 5000 ms|timed? ?out/iu)
      for (let one = 0; one < 3; one += 1) {
        const { heard } = proxy
        yield* until(
          "the next try",
          Effect.sync(() => proxy.heard > heard)
        )
      }
      proxy.isSilent = false
      yield* until("it can be used", Effect.map(database.problem, Option.isNone))
      const rows = yield* TestClock.withLive(database.use((sql) => sql`SELECT * FROM bindings`))
      assert.deepStrictEqual(rows, [])
    })
  )
})

/** The time for an answer, and what a busy machine needs. */
const longestWaitMillis = 3_000

describe("a PostgreSQL that falls silent", () => {
  it.live("is given up on in time, and used when it speaks", () =>
    Effect.gen(function* () {
      const { proxy, url } = yield* proxyFor(new URL(Redacted.value(yield* postgres.emptyDatabase)), false)
      proxy.isSilent = false
      const context = yield* Layer.build(Layer.fresh(Database.layer(url)))
      const database = Context.get(context, Database)
      const bindings = database.use((sql) => sql`SELECT * FROM bindings`)
      assert.deepStrictEqual(yield* bindings, [])
      proxy.isSilent = true
      const [took, failure] = yield* Effect.timed(Effect.flip(bindings))
      assert.match(failure.problem, /no answer in 2000 ms/u)
      assert.isBelow(Duration.toMillis(took), longestWaitMillis)
      proxy.isSilent = false
      const run = Effect.runPromiseWith(yield* Effect.context())
      yield* eventually(
        "it can be used",
        () => run(Effect.map(database.problem, (one) => Option.isNone(one) || undefined)),
        20_000
      )
    }).pipe(Effect.scoped)
  )
})
