/** The SQL database that keeps what must survive: SQLite in one file, or PostgreSQL when several machines share it. */
import {
  Context,
  Duration,
  Effect,
  Fiber,
  Layer,
  Option,
  Predicate,
  Redacted,
  Ref,
  Schedule,
  Schema,
  type Scope
} from "effect"
import { Reactivity } from "effect/reactivity"
import { type Migrator, SqlClient, type SqlError } from "effect/sql"
import { migrate, migrationsTable } from "./migrations.ts"
import { makePostgresClient } from "./postgres-client.ts"
import { inMemory, makeSqliteClient } from "./sqlite-client.ts"
import { makeLogEmptying } from "./sqlite-log.ts"

/** Not done, or not known to be done: the database is down, refused, or did not answer in time. Holds neither SQL nor values. */
export class DatabaseFailed extends Schema.TaggedError<DatabaseFailed>()("DatabaseFailed", {
  problem: Schema.String
}) {
  override get message() {
    return `the database does not answer: ${this.problem}`
  }
}

export class Database extends Context.Service<
  Database,
  {
    /** Runs statements; in one transaction if the caller says `sql.withTransaction`. */
    readonly use: <A>(
      work: (sql: SqlClient.SqlClient) => Effect.Effect<A, SqlError.SqlError>
    ) => Effect.Effect<A, DatabaseFailed>
    /**
     * Runs statements that delete or replace; afterwards SQLite's files hold nothing of what was there before, or a little later if another
     * process is at the file.
     */
    readonly erase: <A>(
      work: (sql: SqlClient.SqlClient) => Effect.Effect<A, SqlError.SqlError>
    ) => Effect.Effect<A, DatabaseFailed>
    /** Why it cannot be used right now, if it cannot. */
    readonly problem: Effect.Effect<Option.Option<string>>
  }
>()("xiaohou/database/Database") {
  /** In this process, and gone with it. */
  static readonly layerMemory: Layer.Layer<Database> = Layer.effect(
    Database,
    Effect.suspend(() => make(makeSqliteClient(inMemory)))
  )

  /**
   * `sqlite:PATH` or `postgres://…` (contract, DATABASE_URL). Brings the tables up to date; while it cannot be reached everything
   * fails with `DatabaseFailed`, and it is tried again until it can.
   */
  static readonly layer = (url: Redacted.Redacted): Layer.Layer<Database> =>
    Layer.effect(
      Database,
      Effect.suspend(() => {
        const file = sqliteFile(Redacted.value(url))
        return file === undefined
          ? make(makePostgresClient(url, answerTimeoutMillis))
          : make(makeSqliteClient(file))
      })
    )
}

/** An answer is due 4.5 s after the message; this leaves time for the words about a database that does not answer. */
const answerTimeoutMillis = 2_000

/** An attempt to bring the tables up to date may take this long; after the first the service starts without. */
const migrationTimeoutMillis = 5_000

/** How often a database that could not be reached at the start is tried again. */
const migrationRetryMillis = 1_000

/** The path in `sqlite:PATH`, which may also be written like an address: `sqlite:///var/lib/x.sqlite`. */
const sqliteFile = (url: string): string | undefined => /^sqlite:(?:\/\/)?(.+)$/su.exec(url)?.[1]

const make = Effect.fnUntraced(function* (
  client: Effect.Effect<SqlClient.SqlClient, SqlError.SqlError, Scope.Scope | Reactivity.Reactivity>
) {
  // Opens no connection yet: this fails only for an address that cannot be read.
  const made = yield* Effect.result(Effect.provide(client, Reactivity.layer))
  if (made._tag === "Failure") return unusable(describe(made.failure))
  const sql = made.success
  const within = makeTimeLimit(yield* Effect.scope)

  const obstacle = yield* Ref.make<string | undefined>("not opened yet")
  const bringUpToDate = migrate.pipe(
    Effect.provideService(SqlClient.SqlClient, sql),
    Effect.mapError(describe),
    // A database that takes the connection and is silent would stop all later tries.
    within(migrationTimeoutMillis),
    Effect.matchEffect({
      onFailure: (problem) => Ref.set(obstacle, problem),
      onSuccess: () => Ref.set(obstacle, undefined)
    }),
    Effect.andThen(Ref.get(obstacle))
  )
  const problem = yield* bringUpToDate
  if (problem !== undefined) {
    yield* Effect.logError("the database cannot be used yet, trying again", { problem })
    const later = Effect.repeat(bringUpToDate, {
      schedule: Schedule.spaced(Duration.millis(migrationRetryMillis)),
      until: Predicate.isUndefined
    })
    yield* Effect.forkScoped(Effect.andThen(later, Effect.logInfo("the database can be used now")))
  }

  const use: Database["Service"]["use"] = Effect.fnUntraced(function* (work) {
    const problem = yield* Ref.get(obstacle)
    if (problem !== undefined) return yield* new DatabaseFailed({ problem })
    return yield* work(sql).pipe(
      Effect.mapError(describe),
      within(answerTimeoutMillis),
      Effect.mapError((problem) => new DatabaseFailed({ problem }))
    )
  })

  const emptyLog = yield* sql.onDialectOrElse({
    sqlite: () => makeLogEmptying(sql, describe),
    orElse: () => Effect.succeed(Effect.void)
  })

  return Database.of({
    use,
    erase: (work) => Effect.tap(use(work), emptyLog),
    problem: use((sql) => sql`SELECT count(*) FROM ${sql(migrationsTable)}`).pipe(
      Effect.as(Option.none<string>()),
      Effect.catch((error) => Effect.succeedSome(error.problem))
    )
  })
})

/**
 * Gives up on work in time. PostgreSQL's client may take 5 s more to let go of a connection that is silent: nobody waits for that.
 */
const makeTimeLimit =
  (scope: Scope.Scope) =>
  (millis: number) =>
  <A>(work: Effect.Effect<A, string>): Effect.Effect<A, string> =>
    Effect.flatMap(Effect.forkIn(work, scope), (fiber) =>
      Fiber.join(fiber).pipe(
        Effect.timeoutOrElse({
          duration: Duration.millis(millis),
          orElse: () => Effect.fail(`no answer in ${millis} ms`)
        }),
        Effect.ensuring(
          Effect.suspend(() =>
            fiber.pollUnsafe() === undefined ? Effect.forkIn(Fiber.interrupt(fiber), scope) : Effect.void
          )
        )
      )
    )

const unusable = (problem: string) =>
  Database.of({
    use: () => Effect.fail(new DatabaseFailed({ problem })),
    erase: () => Effect.fail(new DatabaseFailed({ problem })),
    problem: Effect.succeedSome(problem)
  })

/** In words for an operator. A driver's message is told only where it speaks of the connection: elsewhere it may repeat values. */
const describe = (error: SqlError.SqlError | Migrator.MigrationError): string => {
  if (error._tag === "MigrationError") return error.message
  const { reason } = error
  switch (reason._tag) {
    case "ConnectionError":
    case "AuthenticationError":
      return [reason.message, causeOf(reason.cause)].filter((part) => part).join(": ")
    default:
      return [reason._tag, codeOf(reason.cause)].filter((part) => part).join(" ")
  }
}

/** The number of the error in the manual of SQLite or PostgreSQL. */
const codeOf = (cause: unknown): string | undefined => {
  const code = Predicate.hasProperty(cause, "errcode")
    ? cause.errcode
    : Predicate.hasProperty(cause, "code")
      ? cause.code
      : undefined
  return code === undefined ? undefined : String(code)
}

const causeOf = (cause: unknown): string | undefined => (Predicate.isError(cause) ? cause.message : undefined)
