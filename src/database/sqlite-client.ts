/** effect's SQL client over Node's own SQLite: one connection, opened on first use. */
import { DatabaseSync, type StatementSync } from "node:sqlite"
import { mkdirSync } from "node:fs"
import { dirname } from "node:path"
import { Effect, Predicate, Schedule, Semaphore, Stream } from "effect"
import { SqlClient, type SqlConnection, SqlError, Statement } from "effect/sql"

/** The file that stands for a database in memory, which ends with its connection. */
export const inMemory = ":memory:"

/** Somebody else writes for a few milliseconds at most. We wait in between, not SQLite, which would hold up the whole process. */
const busyPauseMillis = 10

/**
 * A client of one SQLite file, whose folder is created. Several processes may share the file: readers never wait (WAL), writers
 * wait for one another as long as the caller lets them.
 */
export const makeSqliteClient = Effect.fnUntraced(function* (file: string) {
  const opened = yield* Effect.acquireRelease(
    Effect.sync((): { database?: DatabaseSync } => ({})),
    (holder) => Effect.sync(() => holder.database?.close())
  )
  const turns = yield* Semaphore.make(1)
  const connection = makeConnection(() => (opened.database ??= open(file)))
  const reserved = Effect.as(
    Effect.acquireRelease(turns.take(1), () => turns.release(1), { interruptible: true }),
    connection
  )
  return yield* SqlClient.make({
    driver: "node-sqlite",
    compiler: Statement.makeCompilerSqlite(),
    acquirer: reserved,
    transactionAcquirer: reserved,
    borrower: (use) => turns.withPermits(1)(use(connection)),
    // At once, and not with its first write: then nobody else can have written in between.
    beginTransaction: "BEGIN IMMEDIATE",
    spanAttributes: [["db.system.name", "sqlite"]]
  })
})

const open = (file: string): DatabaseSync => {
  // For nobody else on the machine.
  if (file !== inMemory) mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const database = new DatabaseSync(file)
  // What is deleted is overwritten, not only forgotten.
  database.exec("PRAGMA journal_mode = WAL; PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON")
  return database
}

const makeConnection = (database: () => DatabaseSync): SqlConnection.Connection => {
  const opened = attempt(database, (reason) =>
    // The folder, the permissions or the file: whatever it is, there is no connection.
    reason._tag === "UnknownError" ? new SqlError.ConnectionError({ cause: reason.cause }) : reason
  )
  const run = <A>(sql: string, act: (statement: StatementSync) => A) =>
    opened.pipe(
      Effect.flatMap((database) => attempt(() => act(database.prepare(sql)))),
      Effect.retry({ while: isBusy, schedule: Schedule.spaced(busyPauseMillis) })
    )

  const execute: SqlConnection.Connection["execute"] = (sql, parameters, transform) => {
    const rows = run(sql, (statement) => statement.all(...bindable(parameters)) as ReadonlyArray<object>)
    return transform === undefined ? rows : Effect.map(rows, transform)
  }
  const executeValues: SqlConnection.Connection["executeValues"] = (sql, parameters) =>
    run(sql, (statement) => {
      statement.setReturnArrays(true)
      return statement.all(...bindable(parameters)) as unknown as ReadonlyArray<ReadonlyArray<unknown>>
    })

  return {
    execute,
    executeUnprepared: execute,
    executeValues,
    executeValuesUnprepared: executeValues,
    executeRaw: (sql, parameters) => run(sql, (statement) => statement.run(...bindable(parameters))),
    executeStream: (sql, parameters, transform) =>
      Stream.unwrap(Effect.map(execute(sql, parameters, transform), Stream.fromIterable))
  }
}

const attempt = <A>(
  act: () => A,
  asReason: (reason: SqlError.SqlErrorReason) => SqlError.SqlErrorReason = (reason) => reason
): Effect.Effect<A, SqlError.SqlError> =>
  Effect.try({
    try: act,
    catch: (cause) =>
      new SqlError.SqlError({ reason: asReason(SqlError.classifySqliteError(withErrno(cause))) })
  })

type Bindable = Parameters<StatementSync["all"]>

// What SQLite does not take it refuses itself, with an error.
const bindable = (parameters: ReadonlyArray<unknown>): Bindable => parameters as Bindable

const isBusy = (error: SqlError.SqlError): boolean => error.reason._tag === "LockTimeoutError"

/** Node calls SQLite's number `errcode`; the classification looks for `errno`. */
const withErrno = (cause: unknown): unknown =>
  Predicate.hasProperty(cause, "errcode") ? Object.assign(cause, { errno: cause.errcode }) : cause
