/** Bindings, on every database. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Option, Redacted, Schema } from "effect"
import { Bindings } from "../../src/campus/bindings.ts"
import { Openid } from "../../src/core/openid.ts"
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
          const bindings = yield* Bindings
          yield* bindings.bind(someone, Redacted.make("first"))
          yield* bindings.bind(another, Redacted.make("other"))
          yield* bindings.bind(someone, Redacted.make("second"))
          assert.deepStrictEqual([yield* uuidOf(someone), yield* uuidOf(another)], ["second", "other"])
        })
      )

      it.effect("what is forgotten leaves no row behind, and the others their own", () =>
        Effect.gen(function* () {
          const bindings = yield* Bindings
          yield* bindings.bind(someone, Redacted.make("first"))
          yield* bindings.bind(another, Redacted.make("other"))
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

      it.effect.prop("gives back any uuid exactly", { uuid: Schema.String }, ({ uuid }) =>
        Effect.gen(function* () {
          const text = uuid.toWellFormed().replaceAll("\0", "")
          yield* Bindings.use((bindings) => bindings.bind(someone, Redacted.make(text)))
          assert.strictEqual(yield* uuidOf(someone), text)
        })
      )
    }
  )
}
