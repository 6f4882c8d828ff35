import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Option, Schema } from "effect"
import { news } from "../../src/core/chat-news.ts"
import { Openid } from "../../src/core/openid.ts"
import { closed, CloseReason, joined, members, partnerIn, Room } from "../../src/core/room.ts"
import {
  type Chat,
  ordinary,
  resolve,
  Session,
  sessionOf,
  stateNumber,
  stateNumbers
} from "../../src/core/session.ts"
import {
  anyChat,
  instant,
  mark,
  people,
  person,
  roomNames,
  anyRoom,
  anySession
} from "../../src/testing/arbitraries.ts"

const room = roomNames[0]!
const [me, other, third] = [people[0]!, people[1]!, people[2]!]
const looking: Session = { state: 1, room, writtenBy: mark }
const inPair: Session = { state: 11, room, partner: other, writtenBy: mark }
const waiting = {
  _tag: "Waiting",
  opener: me,
  openedAtMillis: 0,
  deadlineMillis: 10,
  writtenBy: mark
} as const
const open = joined(waiting, other, 5, mark)
const farewellOf = (chat: Chat) => (chat._tag === "Ordinary" ? chat.farewell : "not ordinary")

describe("what a session and its room say together", () => {
  it.prop(
    "a pointer to a room that is missing, closed or without me is state 0 (design, rule 2)",
    [anySession, Arbitrary.all([anyRoom]), person, instant, Schema.Boolean],
    ([session, [found], asker, now, missing]) => {
      const stored = missing ? undefined : found
      const chat = resolve(session, stored, asker, now)
      if (session.state === stateNumbers.teasing) return assert.deepStrictEqual(chat, { _tag: "Teasing" })
      const listed = stored !== undefined && stored._tag !== "Closed" && members(stored).includes(asker)
      const overdue = stored?._tag === "Waiting" && stored.deadlineMillis <= now
      const standing = session.room !== undefined && listed && !overdue
      assert.strictEqual(chat._tag !== "Ordinary", standing)
      if (standing) assert.strictEqual(chat._tag, stored._tag === "Open" ? "Paired" : "Looking")
    },
    { arbitrary: { runs: 2_000 } }
  )

  it.prop(
    "whoever pointed at a room and is in state 0 has news, unless somebody is telling it",
    [anySession, anyRoom, person, instant],
    ([session, found, asker, now]) => {
      const chat = resolve(session, found, asker, now)
      if (chat._tag !== "Ordinary") return
      const beingTold = session.tellingUntilMillis !== undefined && session.tellingUntilMillis > now
      assert.strictEqual(news(chat) === undefined, beingTold)
    }
  )

  it.prop(
    "the partner is the other one of the room, whatever the session says",
    [anySession, anyRoom, person],
    (input) => {
      const [session, found, asker] = input
      const chat = resolve(session, found, asker, 0)
      if (chat._tag !== "Paired" || found._tag !== "Open") return
      assert.strictEqual(chat.partner, partnerIn(found, asker))
      assert.notStrictEqual(chat.partner, asker)
      assert.include(members(found), chat.partner)
    }
  )

  it.prop("two who are in a pair see each other", [anySession, anySession, anyRoom], (input) => {
    const [one, another, found] = input
    if (found._tag !== "Open") return
    const pointing = (session: Session): Session => ({ ...session, state: 11, room })
    const first = resolve(pointing(one), found, found.opener, 0)
    const second = resolve(pointing(another), found, found.joiner, 0)
    assert.strictEqual(first._tag === "Paired" && first.partner, found.joiner)
    assert.strictEqual(second._tag === "Paired" && second.partner, found.opener)
  })

  it.prop("a stored state comes back as it was", [anyChat, person], ([chat, partner]) => {
    const stored = sessionOf(chat, mark)
    if (chat._tag === "Ordinary") return assert.isUndefined(stored)
    const standing: Room =
      chat._tag === "Paired"
        ? { _tag: "Open", opener: me, joiner: chat.partner, sinceMillis: chat.sinceMillis, writtenBy: mark }
        : { ...waiting, deadlineMillis: 1 }
    const back = resolve(stored, standing, me, 0)
    if (chat._tag === "Looking" && chat.room === undefined) return
    if (chat._tag === "Paired") {
      const { unseen: _seenWhenStored, ...seen } = chat
      return assert.deepStrictEqual(back, seen)
    }
    assert.deepStrictEqual(back, chat)
    assert.isDefined(partner)
  })

  it.prop("sessions and rooms survive JSON", [anySession, anyRoom], ([session, found]) => {
    const session_ = Schema.fromJsonString(Session)
    const room_ = Schema.fromJsonString(Room)
    assert.deepStrictEqual(
      Schema.decodeOption(session_)(Schema.encodeSync(session_)(session)),
      Option.some(session)
    )
    assert.deepStrictEqual(Schema.decodeOption(room_)(Schema.encodeSync(room_)(found)), Option.some(found))
  })

  it("numbers are those of the contract", () => {
    const paired = resolve(inPair, open, me, 6)
    assert.deepStrictEqual(
      [
        ordinary,
        resolve(looking, waiting, me, 0),
        paired,
        resolve({ ...inPair, state: 12 }, open, me, 6),
        resolve({ state: 2, writtenBy: mark }, undefined, me, 0)
      ].map(stateNumber),
      [0, 1, 11, 12, 2]
    )
    assert.deepStrictEqual(resolve(undefined, open, me, 0), ordinary)
  })
})

describe("the reason that a user is told", () => {
  const reasonCases: ReadonlyArray<readonly [string, Session, Room | undefined, string]> = [
    [
      "a search that ran out",
      looking,
      closed(waiting, { why: "expired", now: 10, writtenBy: mark }),
      "searchFailed"
    ],
    [
      "a search past its deadline that no sweep has closed",
      looking,
      { ...waiting, deadlineMillis: 3 },
      "searchFailed"
    ],
    ["a search on its deadline", looking, { ...waiting, deadlineMillis: 6 }, "searchFailed"],
    ["a search whose room is lost", looking, undefined, "searchFailed"],
    ["a pair whose room is lost", inPair, undefined, "partnerLeft"],
    [
      "the partner left",
      inPair,
      closed(open, { why: "left", closedBy: other, now: 9, writtenBy: mark }),
      "partnerLeft"
    ],
    [
      "the partner took another",
      inPair,
      closed(open, { why: "changed", closedBy: other, now: 9, writtenBy: mark }),
      "partnerLeft"
    ],
    [
      "the partner unfollowed",
      inPair,
      closed(open, { why: "unfollowed", closedBy: other, now: 9, writtenBy: mark }),
      "partnerLeft"
    ],
    [
      "the partner's session was lost",
      inPair,
      closed(open, { why: "lost", now: 9, writtenBy: mark }),
      "partnerLeft"
    ],
    ["nobody spoke", inPair, closed(open, { why: "idle", now: 9, writtenBy: mark }), "idleEnded"],
    [
      "I left, and the session could not be deleted",
      inPair,
      closed(open, { why: "left", closedBy: me, now: 9, writtenBy: mark }),
      "youLeft"
    ],
    [
      "the pair ended before I saw it",
      looking,
      closed(open, { why: "left", closedBy: other, now: 9, writtenBy: mark }),
      "searchFailed"
    ],
    ["the room holds two others", inPair, { ...open, opener: third }, "searchFailed"],
    ["I only pointed there, and somebody else joined", inPair, { ...waiting, opener: other }, "searchFailed"]
  ]
  it.each(reasonCases)("%s", (_name, session, found, farewell) => {
    assert.strictEqual(farewellOf(resolve(session, found, me, 6)), farewell)
  })

  it("one who waits hears of the pair once: unseen until told, not while being told", () => {
    assert.deepStrictEqual(resolve(looking, open, me, 6), {
      _tag: "Paired",
      room,
      partner: other,
      sinceMillis: 5,
      shown: false,
      unseen: true
    })
    const beingTold = resolve({ ...looking, tellingUntilMillis: 7 }, open, me, 6)
    assert.isUndefined(news(beingTold))
    assert.isDefined(news(resolve({ ...looking, tellingUntilMillis: 6 }, open, me, 6)))
  })
})

describe("rooms", () => {
  it.prop(
    "closing keeps who was in it and says who closed it",
    [anyRoom, Arbitrary.schema(CloseReason), person],
    ([found, why, by]) => {
      if (found._tag === "Closed") return
      const after = closed(found, { why, closedBy: by, now: 3, writtenBy: mark })
      assert.deepStrictEqual(members(after), members(found))
      assert.strictEqual(after.closedBy, by)
      assert.strictEqual(closed(found, { why, now: 3, writtenBy: mark }).closedBy, undefined)
    }
  )

  it.prop("nobody who is not in a room has a partner there", [anyRoom, person], ([found, asker]) => {
    if (found._tag !== "Open") return
    assert.strictEqual(partnerIn(found, asker) !== undefined, members(found).includes(asker))
  })

  it("an openid always fits a memcached key", () => {
    assert.isTrue(Schema.is(Openid)("o6_bmjrPTlm6_2sgVt7hMZOPfL2M"))
    for (const wrong of ["", "a b", "a\n", "名", "a".repeat(65), "a:b"])
      assert.isFalse(Schema.is(Openid)(wrong))
  })
})
