/** A service whose CAMPUS_URL was taken away again: whoever bound a card before can still take it back. */
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Layer, Redacted } from "effect"
import { campusLayer } from "../../src/campus/campus-layer.ts"
import { Campus } from "../../src/chat/campus.ts"
import { Openid } from "../../src/core/openid.ts"
import { Database } from "../../src/database/database.ts"
import { Memcached } from "../../src/memcached/memcached.ts"
import { bindTo } from "./bound.ts"
import { uuid } from "./fake-gateway.ts"

const student = Openid.make("oStudentOfEarlierDays")
const another = Openid.make("oAnotherOfEarlierDays")

const unconnected = campusLayer({
  campusUrl: undefined,
  campusAppId: undefined,
  publicUrl: "https://chat.example.edu",
  linkSecret: Redacted.make("a secret for links"),
  timeZone: DateTime.zoneMakeNamedUnsafe("Asia/Shanghai")
}).pipe(Layer.provideMerge(Layer.merge(Memcached.layerMemory, Database.layerMemory)))

const bound = Effect.andThen(bindTo(student, uuid), bindTo(another, uuid))

const whoIsBound = Effect.map(
  Database.use((database) => database.use((sql) => sql<{ openid: string }>`SELECT openid FROM bindings`)),
  (rows) => rows.map(({ openid }) => openid)
)

const unbind = Effect.map(
  Campus.use((campus) => campus.unbind(student)),
  (sentences) => sentences.map(({ _tag }) => _tag)
)

describe("a school that is no longer connected", () => {
  it.effect("who unfollows leaves nothing behind", () =>
    Effect.gen(function* () {
      yield* bound
      yield* Campus.use((campus) => campus.forget(student, Number.MAX_SAFE_INTEGER))
      assert.deepStrictEqual(yield* whoIsBound, [another])
    }).pipe(Effect.provide(unconnected))
  )

  it.effect("取消绑定 deletes, and says that no school is connected where there is nothing to delete", () =>
    Effect.gen(function* () {
      yield* bound
      assert.deepStrictEqual(yield* unbind, ["Unbound"])
      assert.deepStrictEqual(yield* whoIsBound, [another])
      assert.deepStrictEqual(yield* unbind, ["NoCampus"])
    }).pipe(Effect.provide(unconnected))
  )

  it.effect("buttons say that no school is connected, also to who is bound", () =>
    Effect.gen(function* () {
      yield* bound
      assert.deepStrictEqual(yield* Campus.use((campus) => campus.answer(student, { button: "今天课表" })), [
        { _tag: "NoCampus", button: "今天课表" }
      ])
    }).pipe(Effect.provide(unconnected))
  )
})
