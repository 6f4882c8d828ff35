import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Option, Schema } from "effect"
import { TestClock } from "effect/testing"
import { keys } from "../../src/chat/keys.ts"
import { Lobby } from "../../src/chat/lobby.ts"
import { Openid } from "../../src/core/openid.ts"
import { lobbyCapacity } from "../../src/core/pairing.ts"
import { RoomId } from "../../src/core/room.ts"
import {
  alice,
  bob,
  carol,
  dave,
  makeRig,
  pushedTo,
  type Rig,
  type Server,
  startMillis,
  startServer
} from "./chat-rig.ts"

const crowd = (count: number) => Array.from({ length: count }, (_, number) => Openid.make(`o${number}`))

const servers = Effect.fnUntraced(function* (rig: Rig, count: number) {
  rig.faults.interleaved = true
  const [first, ...others] = yield* Effect.all(Array.from({ length: count }, () => startServer(rig)))
  assert.isDefined(first)
  return [first!, ...others] as readonly [Server, ...ReadonlyArray<Server>]
})

/** Everybody has exactly one partner, who has them. */
const assertMirrored = Effect.fnUntraced(function* (server: Server, people: ReadonlyArray<Openid>) {
  for (const person of people) {
    const partner = Option.getOrUndefined(yield* server.partner(person))
    assert.isDefined(partner, `${person} has nobody`)
    assert.notStrictEqual(partner, person)
    assert.deepStrictEqual(yield* server.partner(partner!), Option.some(person))
  }
})

const lobbyOf = (server: Server) =>
  server.run(
    Effect.map(
      Effect.flatMap(Lobby, (lobby) => lobby.read),
      ({ entries }) => entries
    )
  )

describe("pairing on several servers", () => {
  it.effect.prop(
    "an even crowd that looks at once is paired completely, each told once",
    [Schema.Literals([1, 2, 3]), Schema.Literals([2, 4, 20, 60])],
    ([serverCount, peopleCount]) =>
      Effect.gen(function* () {
        const rig = yield* makeRig()
        const running = yield* servers(rig, serverCount)
        const people = crowd(peopleCount)
        const answers = yield* Effect.forEach(
          people,
          (person, index) => (running[index % serverCount] ?? running[0]).press(person, "配对"),
          { concurrency: "unbounded" }
        )
        yield* Effect.forEach(running, (server) => server.settled)
        yield* assertMirrored(running[0], people)
        for (const [index, person] of people.entries()) {
          const told = [answers[index] ?? "", ...pushedTo(rig, person)].filter((words) =>
            words.includes("已配对成功，可以开始聊天")
          )
          assert.lengthOf(told, 1, person)
        }
        assert.lengthOf(yield* lobbyOf(running[0]), 0)
      }),
    { arbitrary: { runs: 12 } }
  )

  it.effect("an odd one waits, in the lobby, once, and is found", () =>
    Effect.gen(function* () {
      const rig = yield* makeRig()
      const running = yield* servers(rig, 3)
      const people = crowd(7)
      yield* Effect.forEach(
        people,
        (person, index) => (running[index % 3] ?? running[0]).press(person, "配对"),
        { concurrency: "unbounded" }
      )
      yield* Effect.forEach(running, (server) => server.settled)
      const entries = yield* lobbyOf(running[0])
      assert.lengthOf(entries, 1)
      yield* running[1]!.press(alice, "配对")
      assert.deepStrictEqual(yield* running[0].partner(alice), Option.some(entries[0]!.openid))
      yield* assertMirrored(running[0], [...people, alice])
    })
  )

  it.effect.prop(
    "a double click, on one server or on two, gives one place",
    [Schema.Literals([1, 2]), Schema.Literals([2, 5])],
    ([serverCount, clicks]) =>
      Effect.gen(function* () {
        const rig = yield* makeRig()
        const running = yield* servers(rig, serverCount)
        const click = (index: number) => (running[index % serverCount] ?? running[0]).press(alice, "配对")
        const answers = yield* Effect.all(
          Array.from({ length: clicks }, (_, index) => click(index)),
          {
            concurrency: "unbounded"
          }
        )
        for (const answer of answers) assert.include(answer, "正在配对")
        const waiting = (yield* lobbyOf(running[0])).filter(({ openid }) => openid === alice)
        yield* running[0].press(bob, "配对")
        yield* running[0].press(carol, "配对")
        assert.deepStrictEqual(yield* running[0].partner(alice), Option.some(bob))
        assert.strictEqual(yield* running[0].status(carol), 1)
        assert.isAtLeast(waiting.length, 1)
      })
  )

  it.effect("whoever stops looking while somebody joins leaves no half of a pair, at any moment", () =>
    Effect.gen(function* () {
      for (let moment = 0; moment < 24; moment += 1) {
        const rig = yield* makeRig()
        const [one, two] = yield* servers(rig, 2)
        yield* one.press(alice, "配对")
        const later = Effect.forEach(Array.from({ length: moment }), () => Effect.yieldNow)
        const both = yield* Effect.forkChild(
          Effect.all([Effect.andThen(later, one.press(alice, "退出")), two!.press(bob, "配对")], {
            concurrency: "unbounded"
          })
        )
        // Whoever acts while a push is on its way to them waits for it.
        while (both.pollUnsafe() === undefined) yield* TestClock.adjust(100)
        const [, answer] = yield* Fiber.join(both)
        yield* one.settled
        yield* two!.settled
        assert.strictEqual(yield* one.status(alice), 0, `moment ${moment}`)
        const paired = answer.includes("已配对成功")
        assert.strictEqual(yield* two!.status(bob), paired ? 0 : 1, `moment ${moment}`)
        const told = pushedTo(rig, bob).filter((words) => words.includes("对方已离开"))
        assert.lengthOf(told, paired ? 1 : 0, `moment ${moment}`)
      }
    })
  )

  it.effect("whoever waited longest is found first; somebody met lately only when nobody else is there", () =>
    Effect.gen(function* () {
      const rig = yield* makeRig()
      const [one, two] = yield* servers(rig, 2)
      yield* one.press(alice, "配对")
      yield* two!.press(bob, "配对")
      yield* one.press(alice, "退出")
      yield* one.press(alice, "配对")
      yield* TestClock.adjust(1_000)
      yield* one.press(carol, "配对")
      assert.deepStrictEqual(yield* one.partner(alice), Option.some(carol))
      yield* one.press(dave, "配对")
      yield* one.press(carol, "更换")
      assert.deepStrictEqual(yield* one.partner(carol), Option.some(dave))
      yield* one.press(alice, "配对")
      yield* two!.press(bob, "配对")
      assert.deepStrictEqual(yield* one.partner(alice), Option.some(bob))
    })
  )

  it.effect("a lobby that is full says so, and the asker stays as they were", () =>
    Effect.gen(function* () {
      const rig = yield* makeRig()
      const [one] = yield* servers(rig, 1)
      const full = Array.from({ length: lobbyCapacity }, (_, number) => ({
        room: RoomId.make(`strangers${number}`),
        openid: Openid.make(`stranger${number}`),
        recent: [],
        blocked: [alice],
        deadlineMillis: startMillis + 1_000
      }))
      yield* one.run(
        Effect.flatMap(Lobby, (lobby) => Effect.flatMap(lobby.read, (from) => lobby.write(from, full)))
      )
      assert.include(yield* one.press(alice, "配对"), "忙")
      assert.strictEqual(yield* one.status(alice), 0)
      yield* TestClock.adjust(1_000)
      assert.include(yield* one.press(alice, "配对"), "正在配对")
      assert.lengthOf(yield* lobbyOf(one), 1)
    })
  )

  it.effect("entries of rooms that are gone or taken are passed over", () =>
    Effect.gen(function* () {
      const rig = yield* makeRig()
      const [one] = yield* servers(rig, 1)
      yield* one.press(alice, "配对")
      const [entry] = yield* lobbyOf(one)
      rig.store.evict(keys.room(entry!.room))
      yield* one.press(bob, "配对")
      assert.strictEqual(yield* one.status(bob), 1)
      assert.deepStrictEqual(
        (yield* lobbyOf(one)).map(({ openid }) => openid),
        [bob]
      )
      assert.include(yield* one.press(carol, "配对"), "已配对成功")
      assert.deepStrictEqual(yield* one.partner(bob), Option.some(carol))
    })
  )
})
