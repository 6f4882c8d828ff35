import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { keys } from "../../src/chat/keys.ts"
import { alice, bob, carol, dave, makeRig, startServer } from "./chat-rig.ts"
import { failOnce } from "./faulty-memcached.ts"

describe("who meets whom", () => {
  it.effect("nobody meets the last partner again while others look", () =>
    Effect.gen(function* () {
      const server = yield* startServer(yield* makeRig())
      const everybody = [alice, bob, carol, dave]
      const rush = Effect.forEach(everybody, (who) => server.press(who, "配对"), { concurrency: "unbounded" })
      yield* rush
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
