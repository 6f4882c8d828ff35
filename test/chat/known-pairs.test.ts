import { assert, describe, it } from "@effect/vitest"
import { KnownPairs } from "../../src/chat/known-pairs.ts"
import { RoomId } from "../../src/core/room.ts"

const [first, second, third] = ["room0001", "room0002", "room0003"].map((name) => RoomId.make(name)) as [
  RoomId,
  RoomId,
  RoomId
]

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
})
