/** What a broken property says of itself. */
import { assert, describe, it } from "@effect/vitest"
import { Arbitrary } from "effect"
import { userOf } from "../../src/testing/any-story.ts"
import { anyInput } from "../../src/testing/arbitraries.ts"
import { checkProperty, PropertyBroken } from "../../src/testing/property.ts"
import type { Received } from "../../src/testing/simulated-followers.ts"
import type { Deed } from "../../src/testing/story.ts"
import { judgeStory } from "../../src/testing/story-judge.ts"

const brokenBy = (check: () => void): ReadonlyArray<string> => {
  try {
    check()
  } catch (error) {
    if (error instanceof PropertyBroken) return error.facts
    throw error
  }
  return assert.fail("the property held")
}

describe("a property", () => {
  it.each([
    ["nothing", () => undefined, "undefined"],
    ["a promise", async () => true, "Promise { true }"]
  ])("that gives back %s is broken, and says what it should give back", (_, property, words) => {
    // As in JavaScript, where no type says so.
    const facts = brokenBy(() => checkProperty(anyInput, property as unknown as () => boolean))
    assert.strictEqual(facts.at(-1), `it gave back ${words}: give back true, or a list of violations`)
  })

  it("of a story shows the deeds that break it, at their times, and no others, also if its moves do not shrink", () => {
    const story = [0, 1, 2, 3].map((number): Deed => {
      const input = { _tag: "Press", button: "状态" } as const
      return { number, atMillis: 1_000 * number, what: { _tag: "Act", user: userOf(0), input, server: 0 } }
    })
    const always = Arbitrary.map(anyInput, () => story)
    const facts = brokenBy(() => checkProperty(always, (part) => !part.some(({ number }) => number === 2)))
    assert.deepStrictEqual(
      facts.slice(1, -1).map((line) => line.trim()),
      ["2.000 s  #2 u0 presses 状态 (server 0)"]
    )
  })
})

describe("a judged story", () => {
  it("shows what appears on the phones", () => {
    const received: Array<Received> = []
    const story: ReadonlyArray<Deed> = [
      {
        number: 0,
        atMillis: 0,
        what: { _tag: "Act", user: userOf(0), input: { _tag: "Press", button: "退出" }, server: 0 }
      }
    ]
    assert.deepStrictEqual(judgeStory(story, { servers: 1, received: (one) => received.push(one) }), [])
    assert.strictEqual(received[0]?.by, userOf(0))
  })

  it("needs servers", () => {
    assert.throws(() => judgeStory([], { servers: 0 }), /needs servers/u)
  })
})
