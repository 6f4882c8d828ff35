/** The bindings: for whom the gateway answers under which uuid. The one thing kept of a student, in the database. */
import { Context, Effect, Layer, Option, Redacted } from "effect"
import type { Openid } from "../core/openid.ts"
import { Database, type DatabaseFailed } from "../database/database.ts"
import type { Uuid } from "./gateway.ts"

export class Bindings extends Context.Service<
  Bindings,
  {
    readonly of: (openid: Openid) => Effect.Effect<Option.Option<Uuid>, DatabaseFailed>
    /** Binds, in place of whatever was bound before. */
    readonly bind: (openid: Openid, uuid: Uuid) => Effect.Effect<void, DatabaseFailed>
    /** Deletes, and leaves nothing behind. False: there was nothing. */
    readonly forget: (openid: Openid) => Effect.Effect<boolean, DatabaseFailed>
  }
>()("xiaohou/campus/Bindings") {
  static readonly layer: Layer.Layer<Bindings, never, Database> = Layer.effect(
    Bindings,
    Effect.map(Database, (database) =>
      Bindings.of({
        of: (openid) =>
          Effect.map(
            database.use((sql) => sql<{ uuid: string }>`SELECT uuid FROM bindings WHERE openid = ${openid}`),
            ([row]) => Option.map(Option.fromUndefinedOr(row), ({ uuid }) => Redacted.make(uuid))
          ),
        bind: (openid, uuid) =>
          database.erase(
            (sql) => sql`INSERT INTO bindings ${sql.insert({ openid, uuid: Redacted.value(uuid) })}
              ON CONFLICT (openid) DO UPDATE SET uuid = excluded.uuid`
          ),
        forget: (openid) =>
          Effect.map(
            database.erase((sql) => sql`DELETE FROM bindings WHERE openid = ${openid} RETURNING openid`),
            (deleted) => deleted.length > 0
          )
      })
    )
  )

  /** In this process, and gone with it. */
  static readonly layerMemory: Layer.Layer<Bindings> = Bindings.layer.pipe(
    Layer.provide(Database.layerMemory)
  )
}
