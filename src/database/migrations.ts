/**
 * The tables, as steps from an empty database to the newest one. To change a table or add one: append a step under the next number.
 * A step that has been released is never changed, moved or removed. Each is written in the SQL that SQLite and PostgreSQL share:
 * `text`, `integer`, `bigint` (milliseconds), `primary key`, `ON CONFLICT`.
 */
import { Effect } from "effect"
import { Migrator, SqlClient } from "effect/sql"

const steps = {
  "0001_bindings": (sql: SqlClient.SqlClient) =>
    sql`CREATE TABLE bindings (openid text NOT NULL PRIMARY KEY, uuid text NOT NULL)`,
  "0002_reports": (sql: SqlClient.SqlClient) =>
    sql`CREATE TABLE reports (room text NOT NULL, reporter text NOT NULL, reported text NOT NULL, at bigint NOT NULL,
      lines text NOT NULL, PRIMARY KEY (room, reported))`,
  "0003_blocks": (sql: SqlClient.SqlClient) =>
    sql`CREATE TABLE blocks (openid text NOT NULL, blocked text NOT NULL, at bigint NOT NULL, PRIMARY KEY (openid, blocked))`,
  "0004_bind_links": (sql: SqlClient.SqlClient) =>
    sql`CREATE TABLE bind_links (id text NOT NULL PRIMARY KEY, person text NOT NULL, until bigint NOT NULL)`,
  // Every server asks every few seconds for the newest.
  "0005_blocks_at": (sql: SqlClient.SqlClient) => sql`CREATE INDEX blocks_at ON blocks (at)`,
  // When the link of a binding was made. 0, of bindings that were there before and of those of an older version: long ago.
  "0006_bindings_at": (sql: SqlClient.SqlClient) =>
    sql`ALTER TABLE bindings ADD COLUMN at bigint NOT NULL DEFAULT 0`
} as const satisfies Record<string, (sql: SqlClient.SqlClient) => Effect.Effect<unknown, unknown>>

/** The table in which a database remembers the steps that were taken. */
export const migrationsTable = "migrations"

/**
 * Takes the steps that are missing, all or none. Servers that start together take turns: PostgreSQL locks the table of steps,
 * SQLite the file.
 */
export const migrate = Migrator.make({})({
  table: migrationsTable,
  loader: Migrator.fromRecord(
    Object.fromEntries(
      Object.entries(steps).map(([name, step]) => [
        name,
        Effect.asVoid(Effect.flatMap(SqlClient.SqlClient, step))
      ])
    )
  )
})
