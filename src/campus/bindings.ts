/**
 * The bindings: for whom the gateway answers under which uuid. The one thing kept of a student, in the database; beside it, for as long
 * as they live, the links with which a card can still be bound.
 */
import { Clock, Context, Effect, Layer, Option, Redacted } from "effect"
import { LinkSecret, makeNameHash } from "../chat/secret-keys.ts"
import type { Openid } from "../core/openid.ts"
import { Database, type DatabaseFailed } from "../database/database.ts"
import type { Uuid } from "./gateway.ts"
import { linkedPages, type OpenedLink } from "./links.ts"

export class Bindings extends Context.Service<
  Bindings,
  {
    readonly of: (openid: Openid) => Effect.Effect<Option.Option<Uuid>, DatabaseFailed>
    /** From now on a card can be bound with this link, once. */
    readonly expect: (link: OpenedLink) => Effect.Effect<void, DatabaseFailed>
    /** False: a card was bound with it, its person was forgotten since, or nobody ever expected it. */
    readonly isExpected: (link: OpenedLink) => Effect.Effect<boolean, DatabaseFailed>
    /** Uses a link up and binds, in place of whatever was bound before; both or neither. False: the link is not expected. */
    readonly bind: (link: OpenedLink, uuid: Uuid) => Effect.Effect<boolean, DatabaseFailed>
    /**
     * Deletes the binding and the links of a person, and leaves nothing behind; if a time is given (milliseconds since 1970), only links that were made
     * until then, and what was bound with one of them. False: there was no such binding.
     */
    readonly forget: (openid: Openid, untilMillis?: number) => Effect.Effect<boolean, DatabaseFailed>
  }
>()("xiaohou/campus/Bindings") {
  static readonly layer: Layer.Layer<Bindings, never, Database> = Layer.effect(
    Bindings,
    Effect.gen(function* () {
      const database = yield* Database
      // A link that ran out stays until the next one is made: it should not tell for whom it was.
      const personHash = makeNameHash(yield* LinkSecret, "person of a bind link")
      return Bindings.of({
        of: (openid) =>
          Effect.map(
            database.use((sql) => sql<{ uuid: string }>`SELECT uuid FROM bindings WHERE openid = ${openid}`),
            ([row]) => Option.map(Option.fromUndefinedOr(row), ({ uuid }) => Redacted.make(uuid))
          ),
        expect: Effect.fnUntraced(function* ({ id, openid, expiresAtMillis }) {
          const now = yield* Clock.currentTimeMillis
          const row = { id, person: personHash(openid), until: expiresAtMillis }
          yield* database.use((sql) =>
            Effect.andThen(
              sql`DELETE FROM bind_links WHERE until <= ${now}`,
              sql`INSERT INTO bind_links ${sql.insert(row)}`
            )
          )
        }),
        isExpected: ({ id }) =>
          Effect.map(
            database.use((sql) => sql`SELECT id FROM bind_links WHERE id = ${id}`),
            (rows) => rows.length > 0
          ),
        // Both take the link before the binding: of two at once one waits for the other, and sees what it did.
        bind: ({ id, openid, expiresAtMillis }, uuid) =>
          database.erase((sql) =>
            sql.withTransaction(
              Effect.gen(function* () {
                const taken = yield* sql`DELETE FROM bind_links WHERE id = ${id} RETURNING id`
                if (taken.length === 0) return false
                const at = expiresAtMillis - linkedPages.bind.lifetimeMillis
                yield* sql`INSERT INTO bindings ${sql.insert({ openid, uuid: Redacted.value(uuid), at })}
                  ON CONFLICT (openid) DO UPDATE SET uuid = excluded.uuid, at = excluded.at`
                return true
              })
            )
          ),
        forget: (openid, untilMillis = Number.MAX_SAFE_INTEGER - linkedPages.bind.lifetimeMillis) =>
          Effect.map(
            database.erase((sql) =>
              sql.withTransaction(
                Effect.andThen(
                  sql`DELETE FROM bind_links WHERE person = ${personHash(openid)}
                    AND until <= ${untilMillis + linkedPages.bind.lifetimeMillis}`,
                  sql`DELETE FROM bindings WHERE openid = ${openid} AND at <= ${untilMillis} RETURNING openid`
                )
              )
            ),
            (deleted) => deleted.length > 0
          )
      })
    })
  )

  /** In this process, and gone with it. */
  static readonly layerMemory: Layer.Layer<Bindings> = Bindings.layer.pipe(
    Layer.provide(Database.layerMemory)
  )
}
