import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { secondOf } from "../../src/chat/agenda.ts"
import { keys, ttlSeconds } from "../../src/chat/keys.ts"
import type { Openid } from "../../src/core/openid.ts"
import {
  alice,
  bob,
  carol,
  idleTimeoutMillis,
  makeRig,
  type Rig,
  type Server,
  startServer
} from "./chat-rig.ts"
import { clicked, paired, send } from "./inbox-stage.ts"

/** What an operation of memcached takes here; those that are asked together take as long as one. */
const roundTripMillis = 10

/** Longer than anything that is measured here. */
const enoughMillis = 1_000

/** What people hear who press 配对 at once, after how many round trips, and what was asked of sessions, rooms and acquaintances. */
const pressAtOnce = Effect.fnUntraced(function* (rig: Rig, server: Server, people: ReadonlyArray<Openid>) {
  const cameMillis = yield* Clock.currentTimeMillis
  // The first pair of a second begins the page of the agenda, which takes once more.
  const page = keys.due(secondOf(cameMillis + idleTimeoutMillis) + 1)
  rig.store.set(page, "\n", ttlSeconds.due, cameMillis)
  const asked: Array<string> = []
  rig.faults.takesMillis = () => roundTripMillis
  rig.faults.fateOf = (operation, key) => {
    if (/^(s|met|room):/.test(key)) asked.push(`${operation} ${key.split(":", 1).join("")}`)
    return "proceed"
  }
  const fiber = yield* Effect.forkChild(
    Effect.forEach(
      people,
      (who) =>
        Effect.zip(
          server.press(who, "配对"),
          Effect.map(Clock.currentTimeMillis, (now) => (now - cameMillis) / roundTripMillis)
        ),
      { concurrency: "unbounded" }
    )
  )
  for (let millis = 0; millis < enoughMillis; millis += roundTripMillis) {
    yield* TestClock.adjust(roundTripMillis)
  }
  rig.faults.takesMillis = () => 0
  rig.faults.fateOf = () => "proceed"
  return { heard: yield* Fiber.join(fiber), asked: asked.toSorted() }
})

describe("two newcomers of one process who press at once", () => {
  it.effect("wait twice, for three operations: nobody reads what an `add` finds out", () =>
    Effect.gen(function* () {
      const rig = yield* makeRig()
      const { heard, asked } = yield* pressAtOnce(rig, yield* startServer(rig), [alice, bob])
      for (const [words, trips] of heard) {
        assert.include(words, "已配对成功")
        assert.strictEqual(trips, 2)
      }
      assert.deepStrictEqual(asked, ["add room", "add s", "add s"])
    })
  )

  it.effect("wait four times where both come from chats of which the server does not know", () =>
    Effect.gen(function* () {
      const { rig, servers } = yield* paired()
      yield* send(servers[0], clicked(carol, "配对"))
      yield* Effect.forEach([alice, bob, carol], (who) => send(servers[1], clicked(who, "退出")))
      const { heard, asked } = yield* pressAtOnce(rig, yield* startServer(rig), [alice, carol])
      for (const [words, trips] of heard) {
        assert.include(words, "已配对成功")
        assert.isAtMost(trips, 4)
      }
      assert.notInclude(asked.join(), "lobby")
    })
  )

  it.effect("one of them with a session of which the server does not know: both hear what is so", () =>
    Effect.gen(function* () {
      const { rig } = yield* paired()
      const { heard } = yield* pressAtOnce(rig, yield* startServer(rig), [alice, carol])
      assert.include(heard[0]?.[0], "已配对")
      assert.notInclude(heard[0]?.[0], "已配对成功")
      assert.include(heard[1]?.[0], "正在配对")
    })
  )
})

describe("whoever presses 配对 on a server that does not know that they are in a chat", () => {
  it.effect("hears of it, and nothing was opened for them", () =>
    Effect.gen(function* () {
      const { rig } = yield* paired()
      const { heard, asked } = yield* pressAtOnce(rig, yield* startServer(rig), [alice])
      assert.include(heard[0]?.[0], "已配对")
      assert.notInclude(asked, "add room")
      assert.notInclude(asked, "add s")
    })
  )
})
