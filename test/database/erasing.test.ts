/** What was erased is in no file of SQLite, if need be a little later. */
import { readdirSync, readFileSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { dirname, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, Logger, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { Database } from "../../src/database/database.ts"
import { sqlite } from "./databases-under-test.ts"

const somebody = "o_somebody"

/** A database of SQLite with one binding, and its file. */
const stage = Effect.gen(function* () {
  const url = yield* sqlite.emptyDatabase
  const file = Redacted.value(url).slice("sqlite:".length)
  const database = Context.get(yield* Layer.build(Layer.fresh(Database.layer(url))), Database)
  yield* database.use((sql) => sql`INSERT INTO bindings ${sql.insert({ openid: somebody, uuid: "u" })}`)
  /** Whether any file holds the openid. */
  const isThere = Effect.sync(() => {
    const folder = dirname(file)
    return readdirSync(folder).some((name) => readFileSync(join(folder, name)).includes(somebody))
  })
  return { database, file, isThere }
})

/** Runs a test that looks at what is logged. */
const logging = <A, E, R>(test: (logged: ReadonlyArray<string>) => Effect.Effect<A, E, R>) => {
  const logged: Array<string> = []
  const logger = Logger.make((entry) => void logged.push(Logger.formatJson.log(entry)))
  return Effect.provide(test(logged), Logger.layer([logger]))
}

/** Another process that has begun to read the file, until the scope ends or it is told to end. */
const reader = (file: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const other = new DatabaseSync(file)
      other.exec("BEGIN; SELECT count(*) FROM bindings")
      return other
    }),
    (other) => Effect.sync(() => other.isOpen && other.close())
  )

const soon = "10 seconds"

describe("what was erased", () => {
  it.effect("is in no file of SQLite", () =>
    logging((logged) =>
      Effect.gen(function* () {
        const { database, isThere } = yield* stage
        assert.isTrue(yield* isThere)
        yield* database.erase((sql) => sql`DELETE FROM bindings WHERE openid = ${somebody}`)
        assert.isFalse(yield* isThere)
        assert.isEmpty(logged)
      })
    )
  )

  it.effect(
    "is deleted at once while another process reads the file, and out of it soon after that has ended",
    () =>
      logging((logged) =>
        Effect.gen(function* () {
          const { database, file, isThere } = yield* stage
          const other = yield* reader(file)
          yield* database.erase((sql) => sql`DELETE FROM bindings WHERE openid = ${somebody}`)
          assert.isEmpty(yield* database.use((sql) => sql`SELECT openid FROM bindings`))
          yield* TestClock.adjust(soon)
          assert.isTrue(yield* isThere)
          other.close()
          yield* TestClock.adjust(soon)
          assert.isFalse(yield* isThere)
          assert.lengthOf(logged, 2)
        })
      )
  )

  it.effect("is deleted although the log cannot be emptied then", () =>
    Effect.gen(function* () {
      const { database, isThere } = yield* stage
      // SQLite refuses to empty its log amid a transaction.
      const erasing = yield* Effect.forkChild(
        database.erase((sql) =>
          Effect.andThen(sql`DELETE FROM bindings WHERE openid = ${somebody}`, sql`BEGIN IMMEDIATE`)
        )
      )
      yield* TestClock.adjust(soon)
      yield* Fiber.join(erasing)
      assert.isTrue(yield* isThere)
      yield* database.use((sql) => sql`COMMIT`)
      yield* TestClock.adjust(soon)
      assert.isFalse(yield* isThere)
    })
  )

  it.effect("is tried for an hour, and again with the next that is erased", () =>
    logging((logged) =>
      Effect.gen(function* () {
        const { database, file, isThere } = yield* stage
        const other = yield* reader(file)
        const erase = database.erase((sql) => sql`DELETE FROM bindings WHERE openid = ${somebody}`)
        for (let one = 0; one < 3; one += 1) yield* erase
        assert.lengthOf(logged, 1)
        yield* TestClock.adjust("2 hours")
        assert.lengthOf(logged, 2)
        assert.include(logged[1], "ERROR")
        other.close()
        yield* TestClock.adjust(soon)
        assert.isTrue(yield* isThere)
        yield* erase
        assert.isFalse(yield* isThere)
      })
    )
  )
})
