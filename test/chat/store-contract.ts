/** What the stores of the chat promise, whichever memcached they stand on. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Option } from "effect"
import { Agenda } from "../../src/chat/agenda.ts"
import { newRoomId, newWriteId } from "../../src/chat/identifiers.ts"
import { keys } from "../../src/chat/keys.ts"
import { Lobby } from "../../src/chat/lobby.ts"
import { Rooms } from "../../src/chat/rooms.ts"
import { Sessions } from "../../src/chat/sessions.ts"
import type { LobbyEntry } from "../../src/core/pairing.ts"
import { joined, type WaitingRoom } from "../../src/core/room.ts"
import type { Session } from "../../src/core/session.ts"
import { Memcached } from "../../src/memcached/memcached.ts"
import { ledgerContract, mailboxContract } from "./delivery-contract.ts"
import { type It, somebody, storesLayer } from "./stores-under-test.ts"

export const storeContract = (name: string, memcached: Layer.Layer<Memcached>) =>
  layer(storesLayer.pipe(Layer.provideMerge(memcached)), { excludeTestServices: true })(
    `the stores ${name}`,
    (it_) => {
      sessionContract(it_)
      roomContract(it_)
      lobbyContract(it_)
      agendaContract(it_)
      mailboxContract(it_)
      ledgerContract(it_)
    }
  )

const sessionContract = (it_: It) => {
  it_.effect("of many who change one session at once, one wins", () =>
    Effect.gen(function* () {
      const sessions = yield* Sessions
      const me = yield* somebody
      for (const first of [true, false]) {
        const stored = yield* sessions.read(me)
        assert.strictEqual(stored.version === undefined, first)
        const marks = yield* Effect.all(Array.from({ length: 20 }, () => newWriteId))
        const won = yield* Effect.forEach(
          marks,
          (writtenBy) => sessions.write(me, stored, { state: 1, writtenBy }),
          { concurrency: "unbounded" }
        )
        assert.lengthOf(won.filter(Boolean), 1)
        const after = yield* sessions.read(me)
        assert.strictEqual(after.value?.writtenBy, marks[won.indexOf(true)])
      }
    })
  )

  it_.effect("a session is deleted only as it was read", () =>
    Effect.gen(function* () {
      const sessions = yield* Sessions
      const me = yield* somebody
      const session: Session = { state: 11, writtenBy: yield* newWriteId }
      assert.isTrue(yield* sessions.write(me, yield* sessions.read(me), session))
      const read = yield* sessions.read(me)
      assert.isTrue(yield* sessions.write(me, read, { ...session, state: 12 }))
      assert.isFalse(yield* sessions.write(me, read, undefined))
      assert.strictEqual((yield* sessions.read(me)).value?.state, 12)
      assert.isTrue(yield* sessions.write(me, yield* sessions.read(me), undefined))
      assert.isUndefined((yield* sessions.read(me)).version)
    })
  )

  it_.effect("what cannot be read counts as nothing and can be replaced, by one only", () =>
    Effect.gen(function* () {
      const sessions = yield* Sessions
      const memcached = yield* Memcached
      const me = yield* somebody
      for (const garbage of ["", "{", '{"state":3,"writtenBy":"aaaaaaaa"}', "null", "[1]"]) {
        yield* memcached.set(keys.session(me), garbage, 100)
        const stored = yield* sessions.read(me)
        assert.isUndefined(stored.value)
        assert.isDefined(stored.version)
        const session: Session = { state: 2, writtenBy: yield* newWriteId }
        assert.isTrue(yield* sessions.write(me, stored, session))
        assert.isFalse(yield* sessions.write(me, stored, { ...session, state: 1 }))
        assert.deepStrictEqual((yield* sessions.read(me)).value, session)
      }
    })
  )
}

const waitingRoom = Effect.gen(function* () {
  const opener = yield* somebody
  const writtenBy = yield* newWriteId
  const room: WaitingRoom = { _tag: "Waiting", opener, openedAtMillis: 1, deadlineMillis: 2, writtenBy }
  return room
})

const roomContract = (it_: It) => {
  it_.effect("of many who join one room, one gets in; closing then needs a new look", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const id = yield* newRoomId
      const room = yield* waitingRoom
      assert.isTrue(yield* rooms.create(id, room))
      assert.isFalse(yield* rooms.create(id, room))
      const read = yield* rooms.read(id)
      const joiners = yield* Effect.all(Array.from({ length: 10 }, () => somebody))
      const won = yield* Effect.forEach(
        joiners,
        (joiner) =>
          Effect.flatMap(newWriteId, (mark) => rooms.change(id, read, joined(room, joiner, 5, mark))),
        { concurrency: "unbounded" }
      )
      assert.lengthOf(won.filter(Boolean), 1)
      assert.isFalse(yield* rooms.close(id, read, "stopped", room.opener))
      const open = yield* rooms.read(id)
      assert.strictEqual(open.value?._tag === "Open" && open.value.joiner, joiners[won.indexOf(true)])
    })
  )

  it_.effect("of many who close a room, one does, and its reason stands", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const id = yield* newRoomId
      const room = yield* waitingRoom
      yield* rooms.create(id, room)
      const read = yield* rooms.read(id)
      const reasons = ["stopped", "expired", "left", "idle"] as const
      const won = yield* Effect.forEach(reasons, (why) => rooms.close(id, read, why), {
        concurrency: "unbounded"
      })
      assert.lengthOf(won.filter(Boolean), 1)
      const closed = yield* rooms.read(id)
      assert.strictEqual(closed.value?._tag === "Closed" && closed.value.why, reasons[won.indexOf(true)])
      assert.isFalse(yield* rooms.close(id, closed, "idle"))
      assert.isFalse(yield* rooms.close(yield* newRoomId, yield* rooms.read(yield* newRoomId), "idle"))
    })
  )

  it_.effect("lines are counted, whoever speaks", () =>
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const id = yield* newRoomId
      assert.deepStrictEqual(yield* rooms.liveliness(id), { spokeAtMillis: undefined, lines: undefined })
      yield* Effect.all(
        Array.from({ length: 7 }, () => rooms.spoken(id)),
        { concurrency: "unbounded" }
      )
      const { spokeAtMillis, lines } = yield* rooms.liveliness(id)
      assert.strictEqual(lines, 7)
      assert.isDefined(spokeAtMillis)
    })
  )
}

const lobbyContract = (it_: It) => {
  it_.effect("the lobby keeps entries as they were, in order, and changes by one at a time", () =>
    Effect.gen(function* () {
      const lobby = yield* Lobby
      const entries = yield* Effect.forEach([0, 1, 2], (number) =>
        Effect.gen(function* () {
          const entry: LobbyEntry = {
            room: yield* newRoomId,
            openid: yield* somebody,
            recent: number === 0 ? [] : [yield* somebody, yield* somebody],
            blocked: number === 1 ? [] : [yield* somebody],
            deadlineMillis: 1_700_000_000_000 + number
          }
          return entry
        })
      )
      const before = yield* lobby.read
      assert.isTrue(yield* lobby.write(before, entries))
      assert.isFalse(yield* lobby.write(before, []))
      const after = yield* lobby.read
      assert.deepStrictEqual(after.entries, entries)
      const won = yield* Effect.forEach(entries, (entry) => lobby.write(after, [entry]), {
        concurrency: "unbounded"
      })
      assert.lengthOf(won.filter(Boolean), 1)
    })
  )

  it_.effect("a lobby that cannot be read counts as empty and can be replaced", () =>
    Effect.gen(function* () {
      const lobby = yield* Lobby
      const memcached = yield* Memcached
      for (const garbage of ["", "{", '{"writtenBy":"aaaaaaaa","removed":[],"added":[{}]}']) {
        yield* memcached.set(keys.lobby, garbage, 100)
        const stored = yield* lobby.read
        assert.lengthOf(stored.entries, 0)
        assert.isTrue(yield* lobby.write(stored, []))
        assert.isFalse(yield* lobby.write(stored, []))
      }
    })
  )
}

const agendaContract = (it_: It) => {
  it_.effect("every room noted for a second is found on a page, once; a page that grew stays", () =>
    Effect.gen(function* () {
      const agenda = yield* Agenda
      const names = yield* Effect.all(Array.from({ length: 12 }, () => newRoomId))
      const atMillis = 4_000_000_000_000
      yield* Effect.forEach([...names, ...names], (name) => agenda.note(name, atMillis), {
        concurrency: "unbounded"
      })
      const page = Option.getOrThrow(yield* agenda.page(atMillis / 1_000 + 1))
      assert.sameMembers([...page.rooms], names)
      const late = yield* newRoomId
      yield* agenda.note(late, atMillis)
      assert.isFalse(yield* agenda.done(page))
      const again = Option.getOrThrow(yield* agenda.page(page.second))
      assert.include(again.rooms, late)
      assert.isTrue(yield* agenda.done(again))
      assert.isTrue(Option.isNone(yield* agenda.page(page.second)))
    })
  )
}
