/** A look for a partner that is given up because the lobby has no room, or changes too often. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { keys } from "../../src/chat/keys.ts"
import { Lobby } from "../../src/chat/lobby.ts"
import { Rooms } from "../../src/chat/rooms.ts"
import { Sessions } from "../../src/chat/sessions.ts"
import { Openid } from "../../src/core/openid.ts"
import { lobbyCapacity } from "../../src/core/pairing.ts"
import { joined, RoomId, WriteId } from "../../src/core/room.ts"
import { stateNumbers } from "../../src/core/session.ts"
import { alice, bob, makeRig, type Rig, type Server, startMillis, startServer } from "./chat-rig.ts"

const stranger = (number: number) => ({
  room: RoomId.make(`strangers${number}`),
  openid: Openid.make(`stranger${number}`),
  recent: [],
  blocked: [alice],
  deadlineMillis: startMillis + 40_000
})

/** The lobby holds so many people, of whom nobody suits Alice. */
const crowd = (server: Server, count: number) =>
  server.run(
    Lobby.use((lobby) =>
      Effect.flatMap(lobby.read, (from) =>
        lobby.write(
          from,
          Array.from({ length: count }, (_, number) => stranger(number))
        )
      )
    )
  )

const sessionOf = (server: Server, who: Openid) => server.run(Sessions.use((sessions) => sessions.read(who)))

const waitingRooms = (rig: Rig) =>
  rig.store
    .keys()
    .filter((key) => key.startsWith("room:") && rig.store.read(key, 0)?.value.includes("Waiting") === true)

const fullLobby = Effect.gen(function* () {
  const rig = yield* makeRig()
  const one = yield* startServer(rig)
  return { rig, one }
})

describe("a lobby that is full", () => {
  it.effect("leaves who waits already as they are: they hear that, and are joined later", () =>
    Effect.gen(function* () {
      const { rig, one } = yield* fullLobby
      yield* one.press(alice, "配对")
      yield* crowd(one, lobbyCapacity)
      assert.include(yield* one.press(alice, "配对"), "正在配对")
      assert.strictEqual(yield* one.status(alice), 1)
      assert.lengthOf(waitingRooms(rig), 1)
    })
  )

  it.effect("says to who was joined at that moment that they are a pair", () =>
    Effect.gen(function* () {
      const { rig, one } = yield* fullLobby
      const other = yield* startServer(rig)
      yield* one.press(alice, "配对")
      const room = (yield* sessionOf(one, alice)).value?.room
      assert.isDefined(room)
      yield* crowd(one, lobbyCapacity)
      rig.faults.takesMillis = (operation, key) => (operation === "gets" && key === keys.lobby ? 1_000 : 0)
      const pressing = yield* Effect.forkChild(one.press(alice, "配对"))
      yield* TestClock.adjust(500)
      yield* other.run(
        Effect.gen(function* () {
          const [sessions, rooms] = [yield* Sessions, yield* Rooms]
          const mark = WriteId.make("bobsmark0001")
          const pointer = { state: stateNumbers.paired, room, partner: alice, writtenBy: mark } as const
          assert.isTrue(yield* sessions.write(bob, yield* sessions.read(bob), pointer))
          const stored = yield* rooms.read(room)
          assert.strictEqual(stored.value?._tag, "Waiting")
          if (stored.value?._tag !== "Waiting") return
          assert.isTrue(yield* rooms.change(room, stored, joined(stored.value, bob, startMillis + 500, mark)))
        })
      )
      yield* TestClock.adjust(5_000)
      assert.include(yield* Fiber.join(pressing), "已配对成功")
      assert.strictEqual((yield* sessionOf(one, alice)).value?.room, room)
      assert.strictEqual(yield* one.status(bob), 11)
    })
  )
})

describe("a lobby that changes under every write", () => {
  it.effect("is given up some time: the room that was opened is closed, and nobody is left in it", () =>
    Effect.gen(function* () {
      const { rig, one } = yield* fullLobby
      yield* crowd(one, 1)
      rig.faults.fateOf = (operation, key) => {
        const item = rig.store.read(key, 0)
        if (operation === "cas" && key === keys.lobby && item !== undefined) {
          rig.store.set(key, item.value, 1_000, startMillis)
        }
        return "proceed"
      }
      assert.include(yield* one.press(alice, "配对"), "忙")
      rig.faults.fateOf = () => "proceed"
      assert.strictEqual(yield* one.status(alice), 0)
      assert.deepStrictEqual(waitingRooms(rig), [])
      assert.include(yield* one.press(alice, "配对"), "正在配对")
    })
  )
})
