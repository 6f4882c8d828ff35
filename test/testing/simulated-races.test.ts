/** Short stories in which slow operations let others come in between, each with many seeds. */
import { assert, describe, it } from "@effect/vitest"
import type { Button } from "../../src/core/button.ts"
import type { Openid } from "../../src/core/openid.ts"
import type { Input } from "../../src/testing/action.ts"
import { simulate } from "../../src/testing/simulation.ts"
import type { Deed } from "../../src/testing/story.ts"
import { tellStory } from "../../src/testing/telling.ts"

const press = (button: Button): Input => ({ _tag: "Press", button })
const say = (text: string): Input => ({ _tag: "Say", text })

const story = (
  acts: ReadonlyArray<readonly [atMillis: number, user: string, input: Input, server: number]>
): ReadonlyArray<Deed> =>
  acts.map(([atMillis, user, input, server], number) => ({
    number,
    atMillis,
    what: { _tag: "Act", user: user as Openid, input, server }
  }))

const stories = [
  [
    "who is joined while asking again is not told to wait",
    story([
      [0, "u1", press("更换"), 1],
      [1_000, "u1", say("u1.0"), 1],
      [1_100, "u2", press("配对"), 0]
    ])
  ],
  [
    "a double click on two servers gives one pair",
    story([
      [0, "u2", press("配对"), 0],
      [1_000, "u1", press("配对"), 1],
      [1_100, "u1", press("配对"), 0],
      [1_200, "u3", press("配对"), 0]
    ])
  ],
  [
    "a double click beside newcomers gives one pair",
    story([
      [0, "u1", press("配对"), 1],
      [0, "u2", press("配对"), 1],
      [100, "u1", press("配对"), 0],
      [150, "u3", press("配对"), 0]
    ])
  ],
  [
    "who is joined before the answer to a search is not told to wait",
    story([
      [0, "u1", press("配对"), 1],
      [600, "u2", press("配对"), 0]
    ])
  ],
  [
    "who is joined before the answer to a word is not told to wait",
    story([
      [0, "u1", press("配对"), 1],
      [3_000, "u1", say("u1.0"), 1],
      [3_300, "u2", press("配对"), 0]
    ])
  ],
  [
    "who is joined before the answer to 状态 is not told to wait",
    story([
      [0, "u1", press("配对"), 1],
      [3_000, "u1", press("状态"), 1],
      [3_600, "u2", press("配对"), 0]
    ])
  ],
  [
    "who is left while the answer to their search is slow hears of the end last",
    story([
      [0, "u1", press("配对"), 1],
      [0, "u2", press("配对"), 1],
      [300, "u2", press("退出"), 0]
    ])
  ],
  [
    "who asks for another partner is not told of the end of the last chat behind the word of the new one",
    story([
      [0, "u1", press("配对"), 0],
      [0, "u2", press("配对"), 0],
      [5_000, "u1", press("退出"), 0],
      [5_060, "u2", press("更换"), 1],
      [5_300, "u3", press("配对"), 0]
    ])
  ]
] as const

/** Newcomers who become pairs together, so that slow operations of one pair hold up the answers of all. */
const crowd = ["u1", "u2", "u3", "u4", "u5", "u6", "u7", "u8"]

const leftAtOnce = story([
  ...crowd.map((user) => [0, user, press("配对"), 1] as const),
  [100, "u2", press("退出"), 0],
  [120, "u4", press("更换"), 0],
  [140, "u6", press("退出"), 0]
])

/** Of every hundred a few come to what the story is about. */
const seeds = 300

describe("slow operations", () => {
  it.each(stories)("%s", (_, deeds) => {
    for (let seed = 0; seed < seeds; seed += 1) {
      const options = { seed, users: 4, servers: 2, faults: [], slowShare: 0.3 }
      const { violations } = simulate(options, deeds)
      assert.deepStrictEqual(violations, [], `seed ${seed}\n${tellStory(deeds).join("\n")}`)
    }
  })

  it("do not let anybody hear of the end of a pair before its beginning", () => {
    for (let seed = 0; seed < seeds; seed += 1) {
      const options = { seed, users: crowd.length, servers: 2, faults: [], slowShare: 0.05 }
      const { violations } = simulate(options, leftAtOnce)
      assert.deepStrictEqual(violations, [], `seed ${seed}\n${tellStory(leftAtOnce).join("\n")}`)
    }
  })
})
