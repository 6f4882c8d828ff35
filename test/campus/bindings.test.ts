/** Bindings, on every database. */
import { createHash } from "node:crypto"
import { assert, layer } from "@effect/vitest"
import { Clock, Effect, Layer, Option, Redacted, Schema } from "effect"
import { Bindings } from "../../src/campus/bindings.ts"
import { linkedPages } from "../../src/campus/links.ts"
import { Openid } from "../../src/core/openid.ts"
import { bindTo, linkFor } from "./bound.ts"
import { databaseLayers } from "../database/databases-under-test.ts"
import { Database } from "../../src/database/database.ts"

const someone = Openid.make("o_someone")
const another = Openid.make("o_another")

const uuidOf = (openid: Openid) =>
  Effect.map(
    Bindings.use((bindings) => bindings.of(openid)),
    (uuid) => Option.getOrUndefined(Option.map(uuid, Redacted.value))
  )

for (const [name, database] of databaseLayers) {
  layer(Layer.provideMerge(Bindings.layer, database), { excludeTestServices: true })(
    `bindings ${name}`,
    (it) => {
      it.effect("nobody is bound at first", () =>
        Effect.gen(function* () {
          const bindings = yield* Bindings
          assert.isUndefined(yield* uuidOf(Openid.make("o_stranger")))
          assert.isFalse(yield* bindings.forget(Openid.make("o_stranger")))
        })
      )

      it.effect("binding again replaces, and touches nobody else", () =>
        Effect.gen(function* () {
          yield* bindTo(someone, "first")
          yield* bindTo(another, "other")
          yield* bindTo(someone, "second")
          assert.deepStrictEqual([yield* uuidOf(someone), yield* uuidOf(another)], ["second", "other"])
        })
      )

      it.effect("what is forgotten leaves no row behind, and the others their own", () =>
        Effect.gen(function* () {
          const bindings = yield* Bindings
          yield* bindTo(someone, "first")
          yield* bindTo(another, "other")
          assert.isTrue(yield* bindings.forget(someone))
          assert.isUndefined(yield* uuidOf(someone))
          assert.isFalse(yield* bindings.forget(someone))
          assert.strictEqual(yield* uuidOf(another), "other")
          const rows = yield* Database.use((all) => all.use((sql) => sql`SELECT openid FROM bindings`))
          assert.deepStrictEqual(
            rows.map((row) => ({ ...row })),
            [{ openid: another }]
          )
        })
      )

      it.effect("a link binds once, also when several servers try it at once", () =>
        Effect.gen(function* () {
          const bindings = yield* Bindings
          const link = yield* linkFor(someone)
          assert.isFalse(yield* bindings.isExpected(link))
          assert.isFalse(yield* bindings.bind(link, Redacted.make("never expected")))
          yield* bindings.expect(link)
          assert.isTrue(yield* bindings.isExpected(link))
          const bound = yield* Effect.forEach(
            ["one", "two", "three", "four", "five"],
            (uuid) =>
              Effect.map(bindings.bind(link, Redacted.make(uuid)), (isBound) => (isBound ? uuid : "")),
            { concurrency: "unbounded" }
          )
          const [winner, ...others] = bound.filter((uuid) => uuid !== "")
          assert.isEmpty(others)
          assert.strictEqual(yield* uuidOf(someone), winner)
          assert.isFalse(yield* bindings.isExpected(link))
        })
      )

      it.effect("who is forgotten has no links either; those of others, and later ones, bind", () =>
        Effect.gen(function* () {
          const bindings = yield* Bindings
          const link = yield* linkFor(someone)
          const others = yield* linkFor(another)
          yield* Effect.forEach([link, others], bindings.expect)
          yield* bindings.forget(someone)
          assert.isFalse(yield* bindings.bind(link, Redacted.make("late")))
          assert.isUndefined(yield* uuidOf(someone))
          assert.isTrue(yield* bindings.bind(others, Redacted.make("others")))
          assert.isTrue(yield* bindTo(someone, "later"))
        })
      )

      it.effect("who is forgotten as they were then keeps what they asked for later", () =>
        Effect.gen(function* () {
          const bindings = yield* Bindings
          const then = yield* Clock.currentTimeMillis
          const linkMadeAt = (millis: number) =>
            linkFor(someone, linkedPages.bind.lifetimeMillis + millis - then)
          const [before, unused, after, later] = [
            yield* linkMadeAt(then),
            yield* linkMadeAt(then),
            yield* linkMadeAt(then + 1_000),
            yield* linkMadeAt(then + 1_000)
          ]
          yield* Effect.forEach([before, unused, after, later], bindings.expect)
          // It binds late, but by a link that they had before.
          yield* bindings.bind(before, Redacted.make("before"))
          assert.isTrue(yield* bindings.forget(someone, then + 500))
          assert.isUndefined(yield* uuidOf(someone))
          assert.isFalse(yield* bindings.isExpected(unused))
          assert.isTrue(yield* bindings.bind(after, Redacted.make("after")))
          assert.isFalse(yield* bindings.forget(someone, then + 500))
          assert.strictEqual(yield* uuidOf(someone), "after")
          assert.isTrue(yield* bindings.isExpected(later))
          yield* bindings.forget(someone)
        })
      )

      it.effect("what an older version of the service bound counts as old", () =>
        Effect.gen(function* () {
          const bindings = yield* Bindings
          const row = { openid: someone, uuid: "of an older version" }
          yield* Database.use((all) => all.use((sql) => sql`INSERT INTO bindings ${sql.insert(row)}`))
          assert.isTrue(yield* bindings.forget(someone, yield* Clock.currentTimeMillis))
          assert.isUndefined(yield* uuidOf(someone))
        })
      )

      it.effect("forgetting and binding at once leave either a binding that came later, or nothing", () =>
        Effect.gen(function* () {
          const bindings = yield* Bindings
          for (let round = 0; round < 20; round += 1) {
            const link = yield* linkFor(someone)
            yield* bindings.expect(link)
            yield* Effect.all([bindings.bind(link, Redacted.make("racing")), bindings.forget(someone)], {
              concurrency: "unbounded"
            })
            assert.isUndefined(yield* uuidOf(someone))
          }
        })
      )

      it.effect("links that ran out are gone when the next is made, and none names its person", () =>
        Effect.gen(function* () {
          const bindings = yield* Bindings
          yield* bindings.forget(someone)
          yield* bindings.expect(yield* linkFor(someone, -1))
          const last = yield* linkFor(someone)
          yield* bindings.expect(last)
          const rows = yield* Database.use((all) => all.use((sql) => sql`SELECT * FROM bind_links`))
          const now = yield* Clock.currentTimeMillis
          assert.isTrue(rows.some(({ id }) => id === last.id))
          for (const { until, person } of rows) {
            assert.isAbove(Number(until), now)
            assert.notInclude(String(person), someone)
            assert.notStrictEqual(person, createHash("sha256").update(someone).digest("base64url"))
          }
        })
      )

      it.effect.prop("gives back any uuid exactly", { uuid: Schema.String }, ({ uuid }) =>
        Effect.gen(function* () {
          const text = uuid.toWellFormed().replaceAll("\0", "")
          yield* bindTo(someone, text)
          assert.strictEqual(yield* uuidOf(someone), text)
        })
      )
    }
  )
}
