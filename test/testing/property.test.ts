/** What a broken property says of itself. */
import { assert, describe, it } from "@effect/vitest"
import { anyStory, userOf } from "../../src/testing/any-story.ts"
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

  it("of a story shows the deeds that break it, at their times, and no others", () => {
    const [ann] = [userOf(0)]
    const isWaited = ({ atMillis, what }: Deed) =>
      what._tag === "Act" && what.user === ann && what.input._tag === "Say" && atMillis > 300_000
    const facts = brokenBy(() =>
      checkProperty(anyStory({ users: 3, servers: 2 }), (story) => !story.some(isWaited), { seed: 1 })
    )
    assert.lengthOf(facts.slice(1, -1), 1)
    assert.match(facts[1] ?? "", /u0 says/u)
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
