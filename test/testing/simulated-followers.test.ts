/** Which pushes the judge takes for the answer to somebody who asked for a partner. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { text } from "../../src/core/content.ts"
import { type Received, SimulatedFollowers } from "../../src/testing/simulated-followers.ts"
import { userOf } from "../../src/testing/any-story.ts"

const ann = userOf(0)

type Happening = "asks" | "writes" | "is answered" | "is answered with nothing" | "is given up" | "is pushed"

/** What showed up on Ann's phone by push. */
const pushedWhile = (happenings: ReadonlyArray<Happening>): ReadonlyArray<Received> => {
  const followers = new SimulatedFollowers(() => 0)
  const happens = {
    asks: () => followers.acted(ann, "click", "更换"),
    writes: () => followers.acted(ann, "message"),
    "is answered": () => followers.answered(ann, text("好"), 0, "更换"),
    "is answered with nothing": () => followers.answered(ann, undefined, 0, "更换"),
    "is given up": () => followers.unanswered(ann, "更换"),
    "is pushed": () => Effect.runSync(followers.push(ann, { _tag: "Text", content: "好" }))
  }
  for (const happening of happenings) happens[happening]()
  return followers.received.filter(({ answers }) => answers === undefined)
}

describe("a push", () => {
  const stories: ReadonlyArray<readonly [string, ReadonlyArray<Happening>, ReadonlyArray<true | undefined>]> =
    [
      ["answers nobody who asked nothing", ["writes", "is pushed"], [undefined]],
      ["answers who waits for an answer", ["asks", "is pushed", "is pushed"], [true, true]],
      ["answers nobody who was answered", ["asks", "is answered", "is pushed"], [undefined]],
      [
        "is the answer once, if the exchange ended in silence",
        ["asks", "is answered with nothing", "is pushed", "is pushed"],
        [true, undefined]
      ],
      [
        "is not the answer if one came before the silence",
        ["asks", "is pushed", "is answered with nothing", "is pushed"],
        [true, undefined]
      ],
      [
        "is not the answer to what lies before the next act",
        ["asks", "is answered with nothing", "writes", "is pushed"],
        [undefined]
      ],
      [
        "answers who asked again after the silence",
        ["asks", "is pushed", "is answered with nothing", "asks", "is answered with nothing", "is pushed"],
        [true, true]
      ],
      [
        "answers who asked again before the silence",
        ["asks", "is pushed", "asks", "is answered with nothing", "is answered with nothing", "is pushed"],
        [true, true]
      ],
      ["answers nobody whose act was given up", ["asks", "is given up", "is pushed"], [undefined]]
    ]
  it.each(stories)("%s", (_, happenings, expected) => {
    assert.deepStrictEqual(
      pushedWhile(happenings).map(({ asking }) => asking),
      expected
    )
  })
})
