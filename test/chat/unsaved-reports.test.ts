/** A report that the database could not take, of somebody who unfollows meanwhile. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { clocksApartSeconds } from "../../src/chat/clocks.ts"
import { type Report, Reports } from "../../src/chat/reports.ts"
import { UnsavedReports } from "../../src/chat/unsaved-reports.ts"
import { DatabaseFailed } from "../../src/database/database.ts"
import { alice, bob } from "./chat-rig.ts"
import { paired, send, typed } from "./inbox-stage.ts"

/** Alice and Bob on two servers; `database` fails or waits before each use of the reports' tables. */
const stage = Effect.gen(function* () {
  const memory = yield* Effect.provide(Reports, Reports.layerMemory)
  const database: { before: (report?: Report) => Effect.Effect<void, DatabaseFailed> } = {
    before: () => Effect.void
  }
  const reports = Reports.of({
    ...memory,
    save: (report) =>
      Effect.andThen(
        Effect.suspend(() => database.before(report)),
        memory.save(report)
      ),
    forget: (...about) =>
      Effect.andThen(
        Effect.suspend(() => database.before()),
        memory.forget(...about)
      )
  })
  return { memory, database, ...(yield* paired({ reports: Layer.succeed(Reports, reports) })) }
})

const down = () => Effect.fail(new DatabaseFailed({ problem: "down" }))
const saveWaiting = Effect.flatMap(UnsavedReports, ({ saveWaiting }) => saveWaiting)

describe("who reports and then unfollows leaves no name, though the database is down", () => {
  it.effect("until both are done", () =>
    Effect.gen(function* () {
      const { memory, database, servers } = yield* stage
      database.before = down
      yield* servers[0].act(alice, { _tag: "Said", text: "#举报" })
      yield* TestClock.adjust("1 second")
      // It waits for the database.
      const leaving = yield* Effect.forkChild(servers[1].act(alice, { _tag: "Unfollowed" }))
      yield* TestClock.adjust("1 second")
      database.before = () => Effect.void
      // Forgotten first, and the report comes afterwards.
      yield* TestClock.adjust("30 seconds")
      yield* Fiber.join(leaving)
      assert.lengthOf(yield* memory.list, 0)
      yield* servers[0].run(saveWaiting)
      const [report, ...others] = yield* memory.list
      assert.strictEqual(report?.reporter, "")
      assert.strictEqual(report?.reported, bob)
      assert.lengthOf(others, 0)
      assert.lengthOf(yield* memory.blocksSince(0), 0)
    })
  )

  it.effect("and they unfollow while the report is on its way to the database", () =>
    Effect.gen(function* () {
      const { memory, database, servers } = yield* stage
      database.before = down
      yield* servers[0].act(alice, { _tag: "Said", text: "#举报" })
      yield* TestClock.adjust("1 second")
      database.before = (report) => {
        if (report === undefined) return Effect.void
        database.before = () => Effect.void
        return Effect.orDie(servers[1].act(alice, { _tag: "Unfollowed" }))
      }
      yield* servers[0].run(saveWaiting)
      assert.deepStrictEqual(
        (yield* memory.list).map(({ reporter }) => reporter),
        [""]
      )
      assert.lengthOf(yield* memory.blocksSince(0), 0)
    })
  )

  it.effect("what they report after they came back has their name", () =>
    Effect.gen(function* () {
      const { memory, database, servers } = yield* stage
      yield* servers[0].act(bob, { _tag: "Unfollowed" })
      yield* TestClock.adjust(`${clocksApartSeconds + 1} seconds`)
      yield* send(servers[0], typed(alice, "#配对"))
      yield* send(servers[0], typed(bob, "#配对"))
      database.before = down
      yield* servers[0].act(bob, { _tag: "Said", text: "#举报" })
      yield* TestClock.adjust("1 second")
      database.before = () => Effect.void
      yield* servers[0].run(saveWaiting)
      assert.deepStrictEqual(
        (yield* memory.list).map(({ reporter }) => reporter),
        [bob]
      )
    })
  )
})
