import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import type { Openid } from "../../src/core/openid.ts"
import {
  choosePartner,
  decideRound,
  lobbyCapacity,
  lobbyCapacityBytes,
  type LobbyEntry,
  metLately,
  pairNewcomers,
  type Seeker,
  suits
} from "../../src/core/pairing.ts"
import type { RoomId } from "../../src/core/room.ts"
import { crowd, freshEntry, manyRuns, now, pairsOf, roomOf } from "./crowds.ts"
import { people, person } from "../../src/testing/arbitraries.ts"

describe("the choice of one seeker", () => {
  it.prop("never oneself, never somebody blocked, never a room past its deadline", [crowd], ([crowd]) => {
    for (const seeker of crowd.seekers) {
      const decision = choosePartner(crowd.lobby, seeker, now)
      if (decision._tag !== "Join") continue
      assert.isTrue(suits(decision.entry, seeker))
      assert.notStrictEqual(decision.entry.openid, seeker.openid)
      assert.isAbove(decision.entry.deadlineMillis, now)
    }
  })

  it.prop(
    "somebody met lately only if nobody else is there; the one in front of those",
    [crowd],
    ([crowd]) => {
      for (const seeker of crowd.seekers) {
        const decision = choosePartner(crowd.lobby, seeker, now)
        const possible = crowd.lobby.filter((entry) => entry.deadlineMillis > now && suits(entry, seeker))
        const strangers = possible.filter((entry) => !metLately(entry, seeker))
        const expected = strangers[0] ?? possible[0]
        assert.deepStrictEqual(decision._tag === "Join" ? decision.entry : undefined, expected)
      }
    }
  )

  it.prop("suiting and having met go both ways", [crowd], ([{ seekers }]) => {
    for (const one of seekers) {
      for (const other of seekers) {
        assert.strictEqual(suits(one, other), suits(other, one))
        assert.strictEqual(metLately(one, other), metLately(other, one))
      }
    }
  })

  it("a full lobby takes nobody, but still pairs, and keeps whoever is listed", () => {
    const [me, friend] = [people[0]!, people[1]!]
    const stranger = (number: number): LobbyEntry => ({
      openid: `o${number}` as Openid,
      room: `full${number}room` as RoomId,
      recent: [],
      blocked: [me],
      deadlineMillis: 100
    })
    const full = Array.from({ length: lobbyCapacity }, (_, number) => stranger(number))
    const seeker: Seeker = { openid: me, recent: [], blocked: [] }
    assert.strictEqual(choosePartner(full, seeker, now)._tag, "Full")
    assert.strictEqual(choosePartner(full.slice(1), seeker, now)._tag, "Wait")
    const mine = { ...freshEntry(seeker), room: roomOf(me) }
    assert.strictEqual(choosePartner([...full, mine], { ...seeker, room: mine.room }, now)._tag, "StayListed")
    const joined = choosePartner([...full, { ...stranger(0), openid: friend, blocked: [] }], seeker, now)
    assert.strictEqual(joined._tag, "Join")
  })
})

describe("a lobby of people with long block lists", () => {
  const openid = (number: number) => `o${String(number).padStart(27, "0")}` as Openid
  const blocking = (many: number) => Array.from({ length: many }, (_, number) => openid(number))

  it.each([0, 1, 100, 5_000])("fits into one item of memcached when each blocked %d others", (many) => {
    const me = openid(9_999)
    const seekers = Array.from({ length: lobbyCapacity + 1 }, (_, number) => ({
      openid: me,
      recent: [],
      blocked: blocking(many),
      entryRoom: `room${String(number).padStart(28, "0")}` as RoomId
    }))
    const { lobby, decisions } = decideRound([], seekers, now, ({ entryRoom, ...seeker }) => ({
      ...seeker,
      room: entryRoom,
      deadlineMillis: Number.MAX_SAFE_INTEGER
    }))
    assert.isAtMost(JSON.stringify(lobby).length, lobbyCapacityBytes)
    assert.strictEqual(decisions.at(-1)?.decision._tag, "Full")
    assert.isAbove(JSON.stringify([...lobby, ...lobby]).length, many === 0 ? 0 : lobbyCapacityBytes)
  })
})

describe("a round of seekers", () => {
  it.prop(
    "nobody is taken twice, and who joins or is joined is gone from the lobby",
    [crowd],
    ([crowd]) => {
      const round = decideRound(crowd.lobby, crowd.seekers, now, freshEntry)
      const pairs = pairsOf(round)
      const taken = pairs.map(([, entry]) => entry.room)
      assert.strictEqual(new Set(taken).size, taken.length)
      for (const [seeker, entry] of pairs) {
        assert.isFalse(round.lobby.some(({ room }) => room === entry.room || room === seeker.room))
      }
    },
    manyRuns
  )

  it.prop(
    "of two who suit each other never both wait afterwards",
    [crowd],
    ([crowd]) => {
      const round = decideRound(crowd.lobby, crowd.seekers, now, freshEntry)
      const seeking = new Set(crowd.seekers.map(({ openid }) => openid))
      for (const one of round.lobby) {
        for (const other of round.lobby) {
          const bothCame = seeking.has(one.openid) || seeking.has(other.openid)
          if (one !== other && bothCame) assert.isFalse(suits(one, other), `${one.openid} ${other.openid}`)
        }
      }
    },
    manyRuns
  )

  it.prop(
    "the lobby keeps its order, the newcomers behind; nothing expired; nothing invented",
    [crowd],
    (input) => {
      const [{ lobby, seekers }] = input
      const round = decideRound(lobby, seekers, now, freshEntry)
      const old = round.lobby.filter((entry) => lobby.includes(entry))
      assert.deepStrictEqual(
        old,
        lobby.filter((entry) => old.includes(entry))
      )
      assert.deepStrictEqual(round.lobby.slice(0, old.length), old)
      for (const entry of round.lobby) assert.isAbove(entry.deadlineMillis, now)
      for (const entry of round.lobby.slice(old.length)) {
        assert.isTrue(seekers.some(({ openid }) => openid === entry.openid))
      }
    }
  )

  it.prop(
    "every seeker waits in the lobby, joins, or finds it full",
    [crowd],
    ([{ lobby, seekers }]) => {
      const round = decideRound(lobby, seekers, now, freshEntry)
      assert.deepStrictEqual(
        round.decisions.map(({ seeker }) => seeker),
        seekers
      )
      const joinedRooms = new Set(pairsOf(round).map(([, entry]) => entry.room))
      for (const { seeker, decision } of round.decisions) {
        const entry = freshEntry(seeker)
        const listed = round.lobby.some(({ openid }) => openid === seeker.openid)
        if (decision._tag === "Wait") assert.isTrue(listed || joinedRooms.has(entry.room))
        if (decision._tag === "Join") assert.isFalse(listed)
      }
    },
    manyRuns
  )

  it.prop(
    "nothing changed means the very same lobby",
    [crowd],
    ([{ lobby, seekers }]) => {
      const round = decideRound(lobby, seekers, now, freshEntry)
      if (!round.changed) assert.deepStrictEqual(round.lobby, lobby)
      else assert.notDeepEqual(round.lobby, lobby)
    },
    manyRuns
  )

  it.prop(
    "no room is listed twice, and nobody",
    [crowd],
    ([{ lobby, seekers }]) => {
      const round = decideRound(lobby, seekers, now, freshEntry)
      assert.strictEqual(new Set(round.lobby.map(({ room }) => room)).size, round.lobby.length)
    },
    manyRuns
  )
})

describe("newcomers of one process", () => {
  it.prop("each comes out once, in a pair or in the rest", [crowd], ([{ seekers }]) => {
    const { pairs, rest } = pairNewcomers(seekers)
    const everybody = [...pairs.flat(), ...rest]
    assert.sameMembers(everybody, [...seekers])
  })

  it.prop("only strangers who suit and who wait nowhere", [crowd], ([{ seekers }]) => {
    for (const [one, other] of pairNewcomers(seekers).pairs) {
      assert.isTrue(suits(one, other))
      assert.isFalse(metLately(one, other))
      assert.isUndefined(one.room ?? other.room)
    }
  })

  it.prop("no two strangers who suit are left over", [crowd], ([{ seekers }]) => {
    const rest = pairNewcomers(seekers).rest.filter(({ room }) => room === undefined)
    for (const one of rest) {
      for (const other of rest) if (one !== other) assert.isFalse(suits(one, other) && !metLately(one, other))
    }
  })

  it.prop("the same person twice makes no pair", [crowd], ([{ seekers }]) => {
    const twice = [...seekers, ...seekers]
    for (const [one, other] of pairNewcomers(twice).pairs) assert.notStrictEqual(one.openid, other.openid)
  })

  it.prop("first come, first paired", [Schema.Array(person)], ([recent]) => {
    const seekers = people.map((openid): Seeker => ({ openid, recent: [], blocked: [] }))
    const { pairs, rest } = pairNewcomers(seekers)
    assert.deepStrictEqual(
      pairs.map((pair) => pair.map(({ openid }) => openid)),
      [people.slice(0, 2), people.slice(2, 4)]
    )
    assert.deepStrictEqual(rest, seekers.slice(4))
    assert.isArray(recent)
  })
})
