/** Who unfollows while the database is away is forgotten when it is back: as they were then. */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Context, Effect, Layer, Logger, Option } from "effect"
import { TestClock } from "effect/testing"
import { Bindings } from "../../src/campus/bindings.ts"
import { noSchoolLayer } from "../../src/campus/no-school.ts"
import { CampusGateway } from "../../src/campus/gateway.ts"
import { SchoolData } from "../../src/campus/school-data.ts"
import { Campus } from "../../src/chat/campus.ts"
import { Openid } from "../../src/core/openid.ts"
import { Database, DatabaseFailed } from "../../src/database/database.ts"
import { Memcached } from "../../src/memcached/memcached.ts"
import { bindTo } from "./bound.ts"

const student = Openid.make("oStudentWhoComesBack")

/** A server that may have lost its connection to the database, beside another, whose connection works. */
const stage = Effect.gen(function* () {
  const bindings = yield* Bindings
  const connection = { isLost: false }
  const mayBeLost = Bindings.of({
    ...bindings,
    forget: (...about) =>
      Effect.suspend(() =>
        connection.isLost
          ? Effect.fail(new DatabaseFailed({ problem: "no connection" }))
          : bindings.forget(...about)
      )
  })
  const stores = SchoolData.layer.pipe(
    Layer.provideMerge(Layer.succeed(Bindings, mayBeLost)),
    Layer.provide([CampusGateway.layerNone, Memcached.layerMemory])
  )
  const campus = Context.get(yield* Layer.build(Layer.provide(noSchoolLayer, stores)), Campus)
  const unfollow = Effect.flatMap(Clock.currentTimeMillis, (now) => campus.forget(student, now))
  return { connection, unfollow, isBound: Effect.map(bindings.of(student), Option.isSome) }
})

const quietly = Layer.mergeAll(Layer.provideMerge(Bindings.layer, Database.layerMemory), Logger.layer([]))

describe("who unfollows while the database is away", () => {
  it.effect("is forgotten when it is back", () =>
    Effect.gen(function* () {
      const { connection, unfollow, isBound } = yield* stage
      yield* bindTo(student, "before")
      yield* TestClock.adjust("1 minute")
      connection.isLost = true
      yield* unfollow
      yield* TestClock.adjust("1 hour")
      assert.isTrue(yield* isBound)
      connection.isLost = false
      yield* TestClock.adjust("1 minute")
      assert.isFalse(yield* isBound)
    }).pipe(Effect.provide(quietly))
  )

  it.effect("keeps what they bound on another server after they followed again", () =>
    Effect.gen(function* () {
      const { connection, unfollow, isBound } = yield* stage
      yield* bindTo(student, "before")
      connection.isLost = true
      yield* unfollow
      yield* TestClock.adjust("2 minutes")
      yield* bindTo(student, "after")
      connection.isLost = false
      yield* TestClock.adjust("1 minute")
      assert.isTrue(yield* isBound)
    }).pipe(Effect.provide(quietly))
  )
})
