import { assert, describe, it } from "@effect/vitest"
import { word } from "../../src/core/wording.ts"
import { userOf } from "../../src/testing/any-story.ts"
import { LostPairs } from "../../src/testing/lost-pairs.ts"
import { endWithoutPair, readBubble } from "../../src/testing/told.ts"

const [ann, bob] = [userOf(0), userOf(1)]
const left = word({ _tag: "PartnerLeft" })

/** What is wrong about it for somebody who believes to be in no pair. */
const { wrongs } = readBubble("nothing", { text: left })

describe("the end of a pair that memcached lost", () => {
  it("is no wrong, once, though they read before that they are in none", () => {
    const pairs = new LostPairs()
    pairs.lost([ann])
    assert.deepStrictEqual(wrongs, [endWithoutPair])
    assert.deepStrictEqual(pairs.wrongs(ann, word({ _tag: "StatusNotPaired" }), []), [])
    assert.deepStrictEqual(pairs.wrongs(ann, left, wrongs), [])
    assert.deepStrictEqual(pairs.wrongs(ann, left, wrongs), wrongs)
  })

  it("is one for everybody else, and for who was in another pair since", () => {
    const pairs = new LostPairs()
    pairs.lost([ann])
    assert.deepStrictEqual(pairs.wrongs(bob, left, wrongs), wrongs)
    pairs.wrongs(ann, word({ _tag: "PairMade" }), [])
    assert.deepStrictEqual(pairs.wrongs(ann, left, wrongs), wrongs)
  })

  it("excuses nothing else", () => {
    const pairs = new LostPairs()
    pairs.lost([ann])
    assert.deepStrictEqual(pairs.wrongs(ann, left, [...wrongs, "another"]), ["another"])
  })
})
