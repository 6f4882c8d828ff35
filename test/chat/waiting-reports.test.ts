/** Reports that come while the database is down, and wait in memcached. */
import { assert, describe, it } from "@effect/vitest"
import { Array as Arr, Clock, Effect, Fiber, Layer, Logger, Metric, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { ttlSeconds } from "../../src/chat/keys.ts"
import { reportsLostTotal } from "../../src/chat/reporting.ts"
import { databaseAgain, type NewReport, type Report, Reports } from "../../src/chat/reports.ts"
import { LinkSecret } from "../../src/chat/secret-keys.ts"
import { failuresOfALook, mostUnsavedReports, UnsavedReports } from "../../src/chat/unsaved-reports.ts"
import { RoomId } from "../../src/core/room.ts"
import { DatabaseFailed } from "../../src/database/database.ts"
import { Memcached } from "../../src/memcached/memcached.ts"
import { MemoryStore } from "../../src/memcached/memory-store.ts"
import { alice, bob } from "./chat-rig.ts"
import { paired, send, typed } from "./inbox-stage.ts"

const secret = Layer.succeed(LinkSecret, Redacted.make("of all servers"))

const report: NewReport = {
  room: RoomId.make("room00001"),
  reporter: alice,
  reported: bob,
  atMillis: 5,
  sealedLines: "sealed"
}

const reportsOf = (count: number): ReadonlyArray<NewReport> =>
  Arr.makeBy(count, (number) => ({ ...report, room: RoomId.make(`room${10_000 + number}`) }))

const takesAll = () => true
const takesNone: (report: Report) => boolean = () => false

/** A server with a database that refuses some reports, at first all, on a memcached that others share. */
const serverOn = Effect.fnUntraced(function* (store: MemoryStore, linkSecret: Layer.Layer<never> = secret) {
  const memory = yield* Effect.provide(Reports, Reports.layerMemory)
  const database = { takes: takesNone, tries: 0 }
  const reports = Reports.of({
    ...memory,
    save: (report) =>
      Effect.suspend(() => {
        database.tries += 1
        return database.takes(report)
          ? memory.save(report)
          : Effect.fail(new DatabaseFailed({ problem: "down" }))
      })
  })
  const layer = UnsavedReports.layer.pipe(
    Layer.provide([Memcached.layerStore(store), Layer.succeed(Reports, reports), linkSecret])
  )
  const unsaved = yield* Effect.provide(UnsavedReports, Layer.fresh(layer))
  const savedRooms = Effect.map(memory.list, (all) => all.map(({ room }) => room))
  return { database, unsaved, list: memory.list, savedRooms }
})

describe("a report that comes while the database is down", () => {
  it.effect("outlives its server: any other saves it, once, when the database is back", () =>
    Effect.gen(function* () {
      const store = new MemoryStore()
      const [first, other] = [yield* serverOn(store), yield* serverOn(store)]
      const second = { ...report, room: RoomId.make("room00002") }
      for (const one of [report, second, report]) yield* first.unsaved.save(one)
      const kept = store.keys().flatMap((key) => [key, store.read(key, 0)?.value])
      for (const name of [alice, bob]) assert.notInclude(kept.join(), name)
      yield* Effect.flip(other.unsaved.saveWaiting)
      other.database.takes = takesAll
      yield* other.unsaved.saveWaiting
      assert.sameDeepMembers([...(yield* other.list)], [report, second])
      first.database.takes = takesAll
      yield* first.unsaved.saveWaiting
      assert.lengthOf(yield* first.list, 0)
      assert.isEmpty(store.keys())
    })
  )

  it.effect("waits for a server that can open it", () =>
    Effect.gen(function* () {
      const store = new MemoryStore()
      const first = yield* serverOn(store)
      const foreign = yield* serverOn(store, Layer.succeed(LinkSecret, Redacted.make("another")))
      yield* first.unsaved.save(report)
      for (const one of [first, foreign]) one.database.takes = takesAll
      yield* foreign.unsaved.saveWaiting
      assert.lengthOf(yield* foreign.list, 0)
      yield* first.unsaved.saveWaiting
      assert.lengthOf(yield* first.list, 1)
    })
  )

  it.effect("and that the database refuses does not hold up those behind it", () =>
    Effect.gen(function* () {
      const server = yield* serverOn(new MemoryStore())
      const all = reportsOf(4 * failuresOfALook)
      for (const one of all) yield* server.unsaved.save(one)
      const refused = new Set(all.slice(0, 2 * failuresOfALook).map(({ room }) => room))
      server.database.takes = ({ room }) => !refused.has(room)
      for (let look = 0; look < 3; look += 1) yield* Effect.flip(server.unsaved.saveWaiting)
      assert.sameMembers(
        [...(yield* server.savedRooms)],
        all.map(({ room }) => room).filter((room) => !refused.has(room))
      )
      server.database.takes = takesAll
      yield* server.unsaved.saveWaiting
      assert.lengthOf(yield* server.savedRooms, all.length)
    })
  )

  it.effect("is not one of hundreds of tries in a row", () =>
    Effect.gen(function* () {
      const server = yield* serverOn(new MemoryStore())
      for (const one of reportsOf(50)) yield* server.unsaved.save(one)
      server.database.tries = 0
      yield* Effect.flip(server.unsaved.saveWaiting)
      assert.strictEqual(server.database.tries, failuresOfALook)
    })
  )

  it.effect("may be long, like all others", () =>
    Effect.gen(function* () {
      const server = yield* serverOn(new MemoryStore())
      const all = reportsOf(40).map((one) => ({ ...one, sealedLines: "l".repeat(60_000) }))
      for (const one of all) yield* server.unsaved.save(one)
      server.database.takes = takesAll
      yield* server.unsaved.saveWaiting
      assert.sameDeepMembers([...(yield* server.list)], all)
    })
  )

  it.effect("is kept though several servers keep theirs at the same moment", () =>
    Effect.gen(function* () {
      const store = new MemoryStore()
      const servers = [yield* serverOn(store), yield* serverOn(store), yield* serverOn(store)] as const
      const all = reportsOf(12)
      yield* Effect.forEach(
        all,
        (one, number) => (servers[number % servers.length] ?? servers[0]).unsaved.save(one),
        { concurrency: "unbounded", discard: true }
      )
      servers[0].database.takes = takesAll
      yield* servers[0].unsaved.saveWaiting
      assert.lengthOf(yield* servers[0].list, all.length)
    })
  )

  it.effect("is refused when too many wait, leaves nothing, and may come again when there is room", () =>
    Effect.gen(function* () {
      const store = new MemoryStore()
      const server = yield* serverOn(store)
      for (const one of reportsOf(mostUnsavedReports)) yield* server.unsaved.save(one)
      const items = store.keys().length
      const refusal = yield* Effect.flip(server.unsaved.save(report))
      assert.deepInclude(refusal, { _tag: "ReportNotKept", reason: "full" })
      assert.lengthOf(store.keys(), items)
      server.database.takes = takesAll
      yield* server.unsaved.saveWaiting
      server.database.takes = takesNone
      yield* server.unsaved.save(report)
      server.database.takes = takesAll
      yield* server.unsaved.saveWaiting
      assert.lengthOf(yield* server.list, mostUnsavedReports + 1)
    })
  )

  it.effect("leaves the list with its item when its time is over", () =>
    Effect.gen(function* () {
      const store = new MemoryStore()
      const server = yield* serverOn(store)
      yield* server.unsaved.save(report)
      yield* TestClock.adjust(`${ttlSeconds.unsavedReports - 1} seconds`)
      yield* server.unsaved.save({ ...report, room: RoomId.make("room00002") })
      yield* TestClock.adjust("2 seconds")
      server.database.takes = takesAll
      yield* server.unsaved.saveWaiting
      assert.deepStrictEqual(yield* server.savedRooms, [RoomId.make("room00002")])
      const now = yield* Clock.currentTimeMillis
      assert.isEmpty(store.keys().filter((key) => store.read(key, now) !== undefined))
    })
  )
})

/** Runs a test and gives the lines that the service logged. */
const logging = <A, E, R>(test: (lines: ReadonlyArray<string>) => Effect.Effect<A, E, R>) => {
  const lines: Array<string> = []
  const logger = Logger.make((entry) => void lines.push(Logger.formatJson.log(entry)))
  return Effect.provide(test(lines), Logger.layer([logger]))
}

const down = Effect.fail(new DatabaseFailed({ problem: "down" }))

describe("an operator", () => {
  it.effect("reads of a report that neither database nor memcached took, and finds it counted", () =>
    logging((lines) =>
      Effect.gen(function* () {
        const memory = yield* Effect.provide(Reports, Reports.layerMemory)
        const reports = Layer.succeed(Reports, Reports.of({ ...memory, save: () => down }))
        const { rig, servers } = yield* paired({ reports })
        rig.faults.fateOf = (_, key) => (key.startsWith("unsaved-") ? "drop" : "proceed")
        const before = (yield* Metric.value(reportsLostTotal)).count
        const said = yield* Effect.forkChild(send(servers[0], typed(alice, "#举报")))
        for (let again = 0; again < databaseAgain.times; again += 1) {
          assert.isEmpty(lines.filter((line) => line.includes("a report is lost")))
          yield* TestClock.adjust("30 seconds")
        }
        yield* TestClock.adjust("1 minute")
        assert.include(yield* Fiber.join(said), "举报收到了")
        const lost = lines.filter((line) => line.includes("a report is lost"))
        assert.lengthOf(lost, 1)
        for (const name of [alice, bob]) assert.notInclude(lost[0], name)
        assert.strictEqual((yield* Metric.value(reportsLostTotal)).count, before + 1)
      })
    )
  )

  it.effect("reads that old reports cannot be deleted, and that reports cannot be saved", () =>
    logging((lines) =>
      Effect.gen(function* () {
        const memory = yield* Effect.provide(Reports, Reports.layerMemory)
        const broken = Layer.succeed(Reports, Reports.of({ ...memory, save: () => down, expire: down }))
        const unsaved = Layer.provideMerge(UnsavedReports.layer, Memcached.layerStore(new MemoryStore()))
        const running = Layer.mergeAll(Reports.layerExpiring, UnsavedReports.layerRunning).pipe(
          Layer.provideMerge(unsaved),
          Layer.provide(broken)
        )
        const context = yield* Layer.build(running)
        yield* Effect.provideContext(
          Effect.flatMap(UnsavedReports, ({ save }) => save(report)),
          context
        )
        yield* TestClock.adjust("30 minutes")
        for (const words of ["cannot be deleted", "cannot be saved"]) {
          assert.lengthOf(
            lines.filter((line) => line.includes(words)),
            1
          )
        }
      })
    )
  )
})
