/** What the database must do, wherever it lives. */
import { assert, layer } from "@effect/vitest"
import { Array as Arr, Effect, Schema } from "effect"
import { Database } from "../../src/database/database.ts"
import { databaseLayers } from "./databases-under-test.ts"

const table = Database.use((database) =>
  database.use(
    (sql) =>
      sql`CREATE TABLE IF NOT EXISTS notes (id text NOT NULL PRIMARY KEY, body text NOT NULL, at_millis bigint NOT NULL)`
  )
)

const write = (id: string, body: string, atMillis: number) =>
  Database.use((database) =>
    database.use(
      (sql) =>
        sql`INSERT INTO notes ${sql.insert({ id, body, at_millis: atMillis })}
            ON CONFLICT (id) DO UPDATE SET body = excluded.body, at_millis = excluded.at_millis`
    )
  )

const read = (id: string) =>
  Database.use((database) => database.use((sql) => sql`SELECT body, at_millis FROM notes WHERE id = ${id}`))

for (const [name, database] of databaseLayers) {
  layer(database, { excludeTestServices: true })(`the database ${name}`, (it) => {
    it.effect("has its tables and no problem", () =>
      Effect.gen(function* () {
        const database = yield* Database
        assert.isTrue((yield* database.problem)._tag === "None")
        assert.deepStrictEqual(yield* database.use((sql) => sql`SELECT * FROM bindings`), [])
      })
    )

    it.effect.prop(
      "gives back texts and times as they were",
      { body: Schema.String, atMillis: Schema.Natural },
      ({ body, atMillis }) =>
        Effect.gen(function* () {
          yield* table
          // PostgreSQL holds no zero byte in a text, and neither holds half a character.
          const text = body.toWellFormed().replaceAll("\0", "")
          yield* write("any", text, atMillis)
          const [row] = yield* read("any")
          assert.deepStrictEqual({ ...row }, { body: text, at_millis: atMillis })
        })
    )

    it.effect("takes hostile texts for texts", () =>
      Effect.gen(function* () {
        yield* table
        const hostile = "'; DROP TABLE notes; --"
        yield* write(hostile, hostile, 1)
        assert.deepStrictEqual((yield* read(hostile)).length, 1)
      })
    )

    it.effect("keeps all of a transaction, or nothing", () =>
      Effect.gen(function* () {
        yield* table
        const database = yield* Database
        const failure = yield* database
          .use((sql) =>
            sql.withTransaction(
              Effect.andThen(
                sql`INSERT INTO notes ${sql.insert({ id: "half", body: "", at_millis: 1 })}`,
                sql`INSERT INTO nowhere ${sql.insert({ id: "half" })}`
              )
            )
          )
          .pipe(Effect.flip)
        assert.strictEqual(failure._tag, "DatabaseFailed")
        assert.deepStrictEqual(yield* read("half"), [])
      })
    )

    it.effect("names no value in an error", () =>
      Effect.gen(function* () {
        yield* table
        const database = yield* Database
        const insert = database.use(
          (sql) => sql`INSERT INTO notes ${sql.insert({ id: "o_secret", body: "o_secret", at_millis: 1 })}`
        )
        yield* insert
        const failure = yield* Effect.flip(insert)
        assert.notInclude(JSON.stringify(failure) + String(failure) + failure.stack, "o_secret")
      })
    )

    it.effect("lets transactions of many go on side by side, and none is lost", () =>
      Effect.gen(function* () {
        yield* table
        const database = yield* Database
        const writers = 40
        yield* write("count", "", 0)
        const add = database.use((sql) =>
          sql.withTransaction(
            Effect.andThen(
              sql`UPDATE notes SET at_millis = at_millis + 1 WHERE id = 'count'`,
              sql`UPDATE notes SET at_millis = at_millis + 1 WHERE id = 'count'`
            )
          )
        )
        yield* Effect.all(
          Array.from({ length: writers }, () => add),
          { concurrency: "unbounded" }
        )
        assert.strictEqual((yield* read("count"))[0]?.["at_millis"], 2 * writers)
      })
    )

    it.effect("finds the newest of many blocks without reading all", () =>
      Effect.gen(function* () {
        const database = yield* Database
        const rows = Arr.makeBy(2_000, (at) => ({ openid: `o_${at}`, blocked: "o_other", at }))
        yield* database.use((sql) => sql`INSERT INTO blocks ${sql.insert(rows)}`)
        yield* database.use((sql) => sql`ANALYZE blocks`)
        const plan = yield* database.use((sql) => {
          const explain = sql.onDialectOrElse({
            sqlite: () => sql.literal("EXPLAIN QUERY PLAN"),
            orElse: () => sql.literal("EXPLAIN")
          })
          // As `blocksSince` in src/chat/reports.ts asks.
          return sql`${explain} SELECT openid, blocked FROM blocks WHERE at >= ${rows.length - 5} ORDER BY at`
        })
        assert.include(JSON.stringify(plan), "blocks_at")
      })
    )

    it.effect("erases", () =>
      Effect.gen(function* () {
        yield* table
        const database = yield* Database
        yield* write("gone", "x", 1)
        yield* database.erase((sql) => sql`DELETE FROM notes WHERE id = 'gone'`)
        assert.deepStrictEqual(yield* read("gone"), [])
      })
    )
  })
}
