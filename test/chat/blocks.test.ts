/** What each server knows of who blocked whom: until it has to forget it, and no shorter. */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Context, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { Acquaintances } from "../../src/chat/acquaintances.ts"
import { Background } from "../../src/chat/background.ts"
import { Blocks, blocksFreshMillis, blocksReloadMillis } from "../../src/chat/blocks.ts"
import { lateSaveMillis, Reports } from "../../src/chat/reports.ts"
import { RoomId } from "../../src/core/room.ts"
import { DatabaseFailed } from "../../src/database/database.ts"
import { Memcached } from "../../src/memcached/memcached.ts"
import { MemoryStore } from "../../src/memcached/memory-store.ts"
import { alice, bob, carol, makeRig } from "./chat-rig.ts"

/** Two servers with one database, which may be down. */
const stage = Effect.gen(function* () {
  yield* makeRig()
  const memory = yield* Effect.provide(Reports, Reports.layerMemory)
  const database = { isDown: false }
  const reached = Effect.suspend(() =>
    database.isDown ? Effect.fail(new DatabaseFailed({ problem: "down" })) : Effect.void
  )
  const reports = Reports.of({
    ...memory,
    blocksSince: (millis) => Effect.andThen(reached, memory.blocksSince(millis)),
    forget: (...about) => Effect.andThen(reached, memory.forget(...about))
  })
  const store = new MemoryStore()
  const server = Effect.gen(function* () {
    const layer = Blocks.layer.pipe(
      Layer.provideMerge(Background.layer),
      Layer.provide([Acquaintances.layer, Layer.succeed(Reports, reports)]),
      Layer.provide(Memcached.layerStore(store))
    )
    const context = yield* Layer.build(Layer.fresh(layer))
    const blocks = Context.get(context, Blocks)
    const { settled } = Context.get(context, Background)
    return {
      ...blocks,
      /** What a search that comes after one at this time knows of Alice. */
      known: blocks.refresh.pipe(Effect.andThen(settled), Effect.andThen(Effect.sync(() => blocks.of(alice))))
    }
  })
  const report = { room: RoomId.make("room00001"), reporter: alice, sealedLines: "" }
  const save = (madeAgoMillis = 0, reported = bob) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      memory.save({ ...report, reported, atMillis: now - madeAgoMillis })
    )
  return { database, save, saved: memory.blocksSince(0), taker: yield* server, other: yield* server }
})

describe("a server that took a report", () => {
  it.effect.each([0, 15, 25, 55])(
    "forgets its block within an hour after the reporter unfollowed through another, after %i minutes",
    (minutes) =>
      Effect.gen(function* () {
        const { save, taker, other } = yield* stage
        yield* TestClock.adjust(`${minutes} minutes`)
        assert.deepStrictEqual(yield* taker.known, [])
        yield* taker.add(alice, bob)
        yield* save()
        yield* TestClock.adjust(blocksFreshMillis)
        for (const server of [taker, other]) assert.deepStrictEqual(yield* server.known, [bob])
        yield* other.forget(alice, yield* Clock.currentTimeMillis)
        assert.deepStrictEqual(yield* other.known, [])
        for (let minute = 0; minute < 60; minute += 1) {
          yield* TestClock.adjust("1 minute")
          yield* taker.known
        }
        for (const server of [taker, other]) assert.deepStrictEqual(yield* server.known, [])
      })
  )

  it.effect("knows its block while the database has yet to get it, however long it was down", () =>
    Effect.gen(function* () {
      const { database, save, taker } = yield* stage
      database.isDown = true
      yield* taker.add(alice, bob)
      yield* TestClock.adjust(2 * blocksReloadMillis)
      assert.deepStrictEqual(yield* taker.known, [bob])
      database.isDown = false
      // All is read anew before any server has saved the report, which waits in memcached.
      yield* TestClock.adjust(blocksFreshMillis)
      assert.deepStrictEqual(yield* taker.known, [bob])
      yield* save()
      yield* TestClock.adjust(blocksReloadMillis)
      assert.deepStrictEqual(yield* taker.known, [bob])
    })
  )

  it.effect("deletes it, and nothing newer, when the database is back, however long it was down", () =>
    Effect.gen(function* () {
      const { database, save, taker, saved } = yield* stage
      yield* taker.add(alice, bob)
      yield* save()
      yield* TestClock.adjust("1 minute")
      database.isDown = true
      yield* taker.forget(alice, yield* Clock.currentTimeMillis)
      yield* TestClock.adjust("1 hour")
      yield* save(0, carol)
      database.isDown = false
      assert.lengthOf(yield* saved, 2)
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* saved, [{ openid: alice, blocked: carol }])
    })
  )

  it.effect("and one that did not, get a block that was saved late", () =>
    Effect.gen(function* () {
      const { save, taker, other } = yield* stage
      yield* taker.add(alice, bob)
      // Both have read since.
      yield* TestClock.adjust(lateSaveMillis / 2)
      assert.deepStrictEqual(yield* other.known, [])
      yield* save(lateSaveMillis / 2)
      yield* TestClock.adjust(blocksFreshMillis)
      for (const server of [taker, other]) assert.deepStrictEqual(yield* server.known, [bob])
    })
  )
})
