/** Several servers on one database: they start together, write together, and outlive its absence. */
import { execFile } from "node:child_process"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Context, Duration, Effect, Layer, Option, Redacted } from "effect"
import { Database } from "../../src/database/database.ts"
import { eventually } from "../service/eventually.ts"
import { postgres, sqlite } from "./databases-under-test.ts"
import { postgresProcess } from "./postgres-process.ts"

/** One server's own connection to a shared database. */
const server = (url: Redacted.Redacted) =>
  Effect.map(Layer.build(Layer.fresh(Database.layer(url))), (context) => Context.get(context, Database))

const addBinding = (openid: string, uuid: string) => (database: Database["Service"]) =>
  database.use((sql) => sql`INSERT INTO bindings ${sql.insert({ openid, uuid })}`)

const countBindings = (database: Database["Service"]) =>
  database.use((sql) => sql`SELECT count(*) AS bindings FROM bindings`)

const becomesUsable = (database: Database["Service"]) =>
  Effect.flatMap(Effect.context(), (context) =>
    eventually(
      "the database can be used",
      async () => (Option.isNone(await Effect.runPromiseWith(context)(database.problem)) ? true : undefined),
      20_000
    )
  )

const longestWaitMillis = 4_000

describe.each([sqlite, postgres])("servers that start together $name", ({ emptyDatabase }) => {
  it.live("make the tables once", () =>
    Effect.gen(function* () {
      const url = yield* emptyDatabase
      const servers = yield* Effect.all(
        Array.from({ length: 8 }, () => server(url)),
        { concurrency: "unbounded" }
      )
      for (const database of servers) yield* becomesUsable(database)
      yield* Effect.forEach(servers, (database, number) => addBinding(`o_${number}`, "u")(database), {
        concurrency: "unbounded"
      })
      for (const database of servers) {
        assert.deepStrictEqual(
          (yield* countBindings(database)).map((row) => ({ ...row })),
          [{ bindings: servers.length }]
        )
      }
    }).pipe(Effect.scoped)
  )
})

describe("processes that share one file of SQLite", () => {
  it.live("all get their writes done", () =>
    Effect.gen(function* () {
      const url = yield* sqlite.emptyDatabase
      const [writers, writes] = [4, 50]
      yield* Effect.all(
        Array.from({ length: writers }, (_, number) => writerProcess(url, `w${number}`, writes)),
        { concurrency: "unbounded" }
      )
      const [row] = yield* Effect.flatMap(server(url), countBindings)
      assert.strictEqual(row?.["bindings"], writers * writes)
    }).pipe(Effect.scoped)
  )
})

describe("a database that goes away", () => {
  it.live("is told in time, and used again when it is back", () =>
    Effect.gen(function* () {
      const process = yield* postgresProcess
      const database = yield* server(yield* process.emptyDatabase)
      yield* countBindings(database)
      yield* process.kill
      const [took, failure] = yield* Effect.timed(Effect.flip(countBindings(database)))
      assert.strictEqual(failure._tag, "DatabaseFailed")
      assert.isBelow(Duration.toMillis(took), longestWaitMillis)
      assert.isTrue(Option.isSome(yield* database.problem))
      yield* process.start
      yield* becomesUsable(database)
      yield* addBinding("o_back", "u")(database)
    }).pipe(Effect.scoped)
  )

  it.live("does not keep a server from starting, which uses it as soon as it is there", () =>
    Effect.gen(function* () {
      const process = yield* postgresProcess
      const url = yield* process.emptyDatabase
      yield* process.kill
      const database = yield* server(url)
      assert.match(Option.getOrThrow(yield* database.problem), /ECONNREFUSED/u)
      yield* process.start
      yield* becomesUsable(database)
      yield* addBinding("o_late", "u")(database)
    }).pipe(Effect.scoped)
  )

  it.live("a folder that cannot be made is a problem with a reason, and no crash", () =>
    Effect.gen(function* () {
      const database = yield* server(Redacted.make("sqlite:/dev/null/data/xiaohou.sqlite"))
      assert.match(Option.getOrThrow(yield* database.problem), /ENOTDIR|not a directory/u)
      assert.strictEqual((yield* Effect.flip(countBindings(database)))._tag, "DatabaseFailed")
    }).pipe(Effect.scoped)
  )
})

/** Another process that starts on the database and writes one binding after the other. */
const writerProcess = (url: Redacted.Redacted, name: string, writes: number) =>
  Effect.promise(
    () =>
      new Promise<void>((resolve, reject) => {
        const program = join(import.meta.dirname, "writer.ts")
        execFile(
          process.execPath,
          [program, Redacted.value(url), name, String(writes)],
          (error, _stdout, stderr) =>
            error === null ? resolve() : reject(new Error(`${error.message}\n${stderr}`))
        )
      })
  )
