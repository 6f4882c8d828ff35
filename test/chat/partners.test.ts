import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { TestClock } from "effect/testing"
import { keys } from "../../src/chat/keys.ts"
import { Lobby } from "../../src/chat/lobby.ts"
import type { Openid } from "../../src/core/openid.ts"
import { alice, bob, carol, dave, makeRig, startServer } from "./chat-rig.ts"
import { failOnce } from "./faulty-memcached.ts"

describe("who meets whom", () => {
  /** Those four press at once. Where nobody met lately, who comes first and second become a pair. */
  const everybody = [alice, bob, carol, dave]
  const stage = Effect.gen(function* () {
    const rig = yield* makeRig()
    const server = yield* startServer(rig)
    const each = <A, E>(act: (who: Openid) => Effect.Effect<A, E>) =>
      Effect.forEach(everybody, act, { concurrency: "unbounded" })
    const partnersOf = Effect.fnUntraced(function* (inOrder: ReadonlyArray<Openid>) {
      yield* Effect.forEach(inOrder, (who) => server.press(who, "配对"), { concurrency: "unbounded" })
      return yield* each((who) => Effect.map(server.partner(who), Option.getOrUndefined))
    })
    return {
      rig,
      server,
      partnersOf,
      partners: partnersOf(everybody),
      leave: each((who) => server.press(who, "退出"))
    }
  })
  const isAnother = (
    before: ReadonlyArray<Openid | undefined>,
    after: ReadonlyArray<Openid | undefined>
  ): void => {
    for (const [place, who] of everybody.entries()) {
      assert.isDefined(after[place], who)
      assert.notStrictEqual(after[place], before[place], who)
    }
  }

  it.effect.each([0, 65, 180])(
    "nobody meets the last partner again while others look, after %i minutes",
    (minutes) =>
      Effect.gen(function* () {
        const { partners, leave } = yield* stage
        const first = yield* partners
        yield* leave
        const second = yield* partners
        isAnother(first, second)
        yield* TestClock.adjust(`${minutes} minutes`)
        yield* leave
        isAnother(second, yield* partners)
      })
  )

  it.effect("nor a quarter of an hour after a long chat", () =>
    Effect.gen(function* () {
      const { partnersOf, partners, leave } = yield* stage
      // Of people who were in a chat before it is recorded when they meet.
      yield* partnersOf([alice, carol, bob, dave])
      yield* leave
      const before = yield* partners
      yield* TestClock.adjust("50 minutes")
      yield* leave
      yield* TestClock.adjust("15 minutes")
      isAnother(before, yield* partners)
    })
  )

  it.effect.each([
    { between: "asked how things stand", does: ["状态"] },
    { between: "looked in vain", does: ["配对", "退出"] },
    { between: "teased the chatbot", does: ["调戏", "退出"] }
  ])("nor after everybody $between", ({ does }) =>
    Effect.gen(function* () {
      const { server, partners, leave } = yield* stage
      const before = yield* partners
      yield* leave
      for (const who of everybody) for (const words of does) yield* server.say(who, `#${words}`)
      isAnother(before, yield* partners)
    })
  )

  it.effect("nor if memcached has forgotten of one of the two that they were in a chat", () =>
    Effect.gen(function* () {
      const { rig, partners, leave } = yield* stage
      const before = yield* partners
      yield* leave
      rig.store.evict(keys.session(alice))
      rig.store.evict(keys.session(everybody.find((who) => who !== alice && who !== before[0]) ?? alice))
      isAnother(before, yield* partners)
    })
  )

  it.effect("who asks how things stand after a chat writes nothing", () =>
    Effect.gen(function* () {
      const { rig, server, partners, leave } = yield* stage
      yield* partners
      yield* leave
      const written: Array<string> = []
      rig.faults.fateOf = (operation, key) => {
        if (key === keys.session(alice) && operation !== "get" && operation !== "gets")
          written.push(operation)
        return "proceed"
      }
      assert.include(yield* server.press(alice, "状态"), "未配对")
      assert.deepStrictEqual(written, [])
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
