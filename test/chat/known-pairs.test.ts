import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { KnownPairs } from "../../src/chat/known-pairs.ts"
import { RoomId } from "../../src/core/room.ts"

const [first, second, third] = ["room0001", "room0002", "room0003"].map((name) => RoomId.make(name)) as [
  RoomId,
  RoomId,
  RoomId
]

const room = Schema.Literals(["room0001", "room0002", "room0003", "room0004"]).pipe(Schema.decodeTo(RoomId))
const Deed = Schema.Union([
  Schema.Struct({ _tag: Schema.Literals(["made", "heard", "ended"]), room }),
  Schema.Struct({ _tag: Schema.Literal("asked"), room, silentSeconds: Schema.Literals([0, 1, 3, 8]) })
])

describe("the pairs that a process knows", () => {
  it("are silent since they were heard last, until they end", () => {
    const known = new KnownPairs()
    known.heard(first, 1_000)
    known.heard(second, 5_000)
    assert.deepStrictEqual(known.silentSince(1_999), [])
    assert.deepStrictEqual(known.silentSince(2_000), [first])
    // Named again as long as nobody says what became of it.
    assert.deepStrictEqual(known.silentSince(2_000), [first])
    known.heard(first, 9_000)
    assert.deepStrictEqual(known.silentSince(6_000), [second])
    known.ended(second)
    assert.deepStrictEqual(known.silentSince(20_000), [first])
  })

  it("what was heard of a pair counts more than that it was found", () => {
    const known = new KnownPairs()
    known.heard(first, 1_000)
    known.found(first, 8_000)
    assert.deepStrictEqual(known.silentSince(2_000), [first])
  })

  it("are no more than so many: the one that was heard of longest ago goes", () => {
    const known = new KnownPairs(2)
    known.heard(first, 1_000)
    known.heard(second, 2_000)
    known.heard(first, 3_000)
    known.heard(third, 4_000)
    assert.deepStrictEqual(known.silentSince(10_000).toSorted(), [first, third])
  })

  it("of many, all but a few too many go, and those that were heard of last stay", () => {
    const most = 64
    const known = new KnownPairs(most)
    const rooms = Array.from({ length: 1_000 }, (_, number) =>
      RoomId.make(`room${String(number).padStart(4, "0")}`)
    )
    for (const [number, room] of rooms.entries()) {
      known.made(room, number * 1_000)
      const kept = known.silentSince(2_000_000)
      assert.deepStrictEqual(kept, rooms.slice(number + 1 - kept.length, number + 1))
      assert.isAtLeast(kept.length, Math.min(most, number + 1))
      assert.isAtMost(kept.length, most + most / 16)
    }
  })

  it("made here, are silent since then, until somebody speaks or they end", () => {
    const known = new KnownPairs()
    for (const room of [first, second, third]) known.made(room, 1_000)
    known.heard(second, 5_000)
    known.ended(third)
    assert.deepStrictEqual(known.silentSince(1_999), [])
    assert.deepStrictEqual(known.silentSince(2_000), [first])
    assert.deepStrictEqual(known.silentSince(6_000).toSorted(), [first, second])
    known.ended(first)
    known.ended(second)
    assert.deepStrictEqual(known.silentSince(9_000), [])
  })

  it("made here, count as heard of when they are first read", () => {
    const known = new KnownPairs()
    known.made(first, 1_000)
    known.found(first, 5_000)
    known.found(first, 9_000)
    assert.deepStrictEqual(known.silentSince(5_999), [])
    assert.deepStrictEqual(known.silentSince(6_000), [first])
  })

  it.prop(
    "are named when they are silent, and not before, whatever was heard of them in whatever order",
    { deeds: Schema.Array(Deed) },
    ({ deeds }) => {
      const known = new KnownPairs()
      const heardSecond = new Map<RoomId, number>()
      const made = new Set<RoomId>()
      for (const [second, deed] of deeds.entries()) {
        const { room } = deed
        switch (deed._tag) {
          case "made":
            // Only rooms that nobody knew before are made.
            if (made.has(room) || heardSecond.has(room)) break
            made.add(room)
            heardSecond.set(room, second)
            known.made(room, second * 1_000)
            break
          case "heard":
            heardSecond.set(room, second)
            known.heard(room, second * 1_000)
            break
          case "ended":
            heardSecond.delete(room)
            known.ended(room)
            break
          case "asked": {
            const last = second - deed.silentSeconds
            const expected = [...heardSecond].filter(([, heard]) => heard < last).map(([one]) => one)
            assert.deepStrictEqual(known.silentSince(last * 1_000).toSorted(), expected.toSorted())
          }
        }
      }
    }
  )
})
