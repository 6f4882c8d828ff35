import { assert, describe, it } from "@effect/vitest"
import type { OpenRoom, RoomId, WriteId } from "../../src/core/room.ts"
import { PairBook } from "../../src/testing/pair-book.ts"
import { userOf } from "../../src/testing/testing.ts"

const [ann, bob, cat] = [userOf(0), userOf(1), userOf(2)]
const [first, second] = ["room0001", "room0002"] as [string, string] as [RoomId, RoomId]

const open = (opener: typeof ann, joiner: typeof ann): OpenRoom => ({
  _tag: "Open",
  opener,
  joiner,
  sinceMillis: 0,
  writtenBy: "mark0001" as WriteId
})

/** What is wrong when Ann is in a second pair; `pointing`: whose session points at her first one. */
const secondPair = (pointing: ReadonlyArray<typeof ann>, excused: ReadonlyArray<typeof ann> = []) => {
  const book = new PairBook()
  const points = (user: typeof ann, room: RoomId) => room === first && pointing.includes(user)
  const isExcused = (user: typeof ann) => excused.includes(user)
  assert.isEmpty(book.observe(first, open(ann, bob), 0, isExcused, points))
  return book.observe(second, open(ann, cat), 1, isExcused, points).map(({ guarantee }) => guarantee)
}

describe("the judge of long runs", () => {
  it("sees who is in two pairs, as long as somebody is in the first", () => {
    assert.deepStrictEqual(secondPair([ann, bob]), ["nobody is in two pairs"])
    assert.deepStrictEqual(secondPair([bob]), ["nobody is in two pairs"])
    assert.deepStrictEqual(secondPair([bob], [bob]), [])
    assert.deepStrictEqual(secondPair([]), [])
  })
})
