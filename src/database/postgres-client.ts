/** effect's SQL client over PostgreSQL's own protocol, with a pool of connections that are opened when they are needed. */
import { PgClient, PgTypes } from "@effect/sql-pg"
import { Duration, type Redacted, Result } from "effect"

/** Statements are short; PostgreSQL allows 100 connections by default, for all servers. */
const mostConnections = 10

/** A client of `postgres://…`; `sslmode` and the other parameters of the address mean what libpq says. */
export const makePostgresClient = (url: Redacted.Redacted, connectTimeoutMillis: number) =>
  PgClient.make({
    url,
    applicationName: "xiaohou",
    connectTimeout: Duration.millis(connectTimeoutMillis),
    maxConnections: mostConnections,
    types: numbersAsInSqlite()
  })

/** `bigint` and counts are numbers here, as they are from SQLite; ours are milliseconds, far below 2^53. */
const numbersAsInSqlite = (): PgTypes.Registry => {
  const types = PgTypes.makeRegistry()
  types.register<number | bigint>(PgTypes.OID.int8, {
    encode: (value) => {
      const view = new DataView(new ArrayBuffer(8))
      view.setBigInt64(0, BigInt(value))
      return Result.succeed(new Uint8Array(view.buffer))
    },
    decode: ({ buffer, byteOffset }) =>
      Result.succeed(Number(new DataView(buffer, byteOffset).getBigInt64(0)))
  })
  return types
}
