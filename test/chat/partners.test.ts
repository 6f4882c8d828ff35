import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { TestClock } from "effect/testing"
import { keys } from "../../src/chat/keys.ts"
import { Lobby } from "../../src/chat/lobby.ts"
import { alice, bob, carol, dave, makeRig, startServer } from "./chat-rig.ts"
import { failOnce } from "./faulty-memcached.ts"

describe("who meets whom", () => {
  it.effect.each([0, 65, 180])(
    "nobody meets the last partner again while others look, after %i minutes",
    (minutes) =>
      Effect.gen(function* () {
        const server = yield* startServer(yield* makeRig())
        const everybody = [alice, bob, carol, dave]
        const rush = Effect.forEach(everybody, (who) => server.press(who, "配对"), {
          concurrency: "unbounded"
        })
        yield* rush
        yield* TestClock.adjust(`${minutes} minutes`)
        const before = yield* Effect.forEach(everybody, (who) => server.partner(who))
        yield* Effect.forEach(everybody, (who) => server.press(who, "退出"))
        yield* rush
        for (const [place, who] of everybody.entries()) {
          const partner = yield* server.partner(who)
          assert.isTrue(Option.isSome(partner), who)
          assert.notDeepEqual(partner, before[place], who)
        }
      })
  )

  it.effect("whoever met one of those who wait joins the other", () =>
    Effect.gen(function* () {
      const [one, other] = yield* Effect.all(
        ((rig) => [startServer(rig), startServer(rig)] as const)(yield* makeRig())
      )
      yield* one.press(alice, "配对")
      yield* one.press(bob, "配对")
      yield* one.press(alice, "退出")
      // Alice and Carol both wait: Carol's entry is written as if she had blocked Alice.
      yield* one.press(alice, "配对")
      yield* one.run(
        Effect.gen(function* () {
          const lobby = yield* Lobby
          const stored = yield* lobby.read
          yield* lobby.write(
            stored,
            stored.entries.map((entry) => ({ ...entry, blocked: [carol] }))
          )
        })
      )
      yield* one.press(carol, "配对")
      assert.include(yield* other.press(bob, "配对"), "已配对成功")
      assert.deepStrictEqual(yield* other.partner(bob), Option.some(carol))
    })
  )

  it.effect("whoever waits is found at once by the next, though a joiner's session changed under them", () =>
    Effect.gen(function* () {
      const rig = yield* makeRig()
      const [one, other] = yield* Effect.all([startServer(rig), startServer(rig)])
      yield* one.press(alice, "配对")
      failOnce(rig.faults, "add", keys.session(bob), "drop")
      yield* other.press(bob, "配对")
      assert.deepStrictEqual(yield* one.partner(alice), Option.some(bob))
      assert.deepStrictEqual(yield* one.partner(bob), Option.some(alice))
    })
  )
})
