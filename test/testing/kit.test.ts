/** The parts of the test kit that generate and check. */
import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { anyStory, userOf, usersOf } from "../../src/testing/any-story.ts"
import { type Fault, faultNames } from "../../src/testing/faults.ts"
import { actInTurn, passTime } from "../../src/testing/in-turn.ts"
import { checkProperty, PropertyBroken } from "../../src/testing/property.ts"
import type { Deed } from "../../src/testing/story.ts"
import { judgeStory } from "../../src/testing/story-judge.ts"
import { World } from "../../src/testing/world.ts"

const cast = { users: 3, servers: 2, faults: faultNames, mostActions: 20 }
const plain = { users: 3, servers: 2 }

describe("generated stories", () => {
  it.prop("go forward in number and time, and keep to their cast", [anyStory(cast)], ([story]) => {
    const users = usersOf(cast)
    story.forEach(({ number, atMillis, what }, place) => {
      assert.strictEqual(number, place)
      assert.isAtLeast(atMillis, story[place - 1]?.atMillis ?? 0)
      if ("user" in what) assert.include(users, what.user)
      if ("server" in what) assert.isBelow(what.server, cast.servers)
    })
    assert.isAtMost(story.filter(({ what }) => what._tag === "Act").length, cast.mostActions)
  })

  it.prop("follow the account again before anything else", [anyStory(plain)], ([story]) => {
    const away = new Set<string>()
    for (const { what } of story) {
      if (what._tag !== "Act") continue
      assert.strictEqual(what.input._tag === "Follow", away.has(what.user))
      if (what.input._tag === "Unfollow") away.add(what.user)
      else away.delete(what.user)
    }
  })

  it.prop("give every line words of its own", [anyStory(plain)], ([story]) => {
    const lines = story.flatMap(({ what }) =>
      what._tag === "Act" && what.input._tag === "Say" && !what.input.text.startsWith("#")
        ? [what.input.text]
        : []
    )
    assert.strictEqual(new Set(lines).size, lines.length)
  })

  it("contain every kind of fault that they may, and no other", () => {
    const seen = (faults: typeof faultNames | readonly ["crash"] | readonly []) => {
      const tags = new Set<Fault["_tag"]>()
      checkProperty(
        anyStory({ ...cast, faults }),
        (story) => {
          for (const { what } of story) if (what._tag !== "Act") tags.add(what._tag)
          return true
        },
        { seed: 1 }
      )
      return [...tags].toSorted()
    }
    assert.deepStrictEqual(seen([]), [])
    assert.deepStrictEqual(seen(["crash"]), ["Kill"])
    assert.deepStrictEqual(seen(faultNames), ["Drop", "Evict", "Flush", "Kill", "LoseAnswer", "SetClock"])
  })

  it("take no fault that there is not", () => {
    assert.throws(() => anyStory({ ...plain, faults: ["lose" as "lost"] }), /no fault lose: .*lost/u)
  })

  it("are judged with their faults", () => {
    const told: Array<string> = []
    const deed = { number: 0, atMillis: 0, what: { _tag: "Flush" } } as const
    assert.deepStrictEqual(judgeStory([deed], { servers: 1, tell: (_, words) => told.push(words) }), [])
    assert.deepStrictEqual(told, ["#0 fault: memcached forgets everything"])
  })
})

describe("the judge of a story", () => {
  it("lets whoever lost their session hear of the end when the partner acts", () => {
    const [ann, bob] = [userOf(0), userOf(1)]
    const look = { _tag: "Press", button: "配对" } as const
    const story: ReadonlyArray<Deed> = [
      { number: 0, atMillis: 0, what: { _tag: "Act", user: ann, input: look, server: 0 } },
      { number: 1, atMillis: 5_000, what: { _tag: "Act", user: bob, input: look, server: 0 } },
      { number: 2, atMillis: 10_000, what: { _tag: "Evict", item: "session", user: ann } },
      {
        number: 3,
        atMillis: 40_000,
        what: { _tag: "Act", user: ann, input: { _tag: "Press", button: "状态" }, server: 0 }
      }
    ]
    assert.deepStrictEqual(judgeStory(story, { servers: 1 }), [])
  })

  it("takes nobody for waiting who acted after memcached lost their search", () => {
    const [ann, bob] = [userOf(0), userOf(1)]
    const [look, ask] = [
      { _tag: "Press", button: "配对" },
      { _tag: "Press", button: "状态" }
    ] as const
    const story: ReadonlyArray<Deed> = [
      { number: 0, atMillis: 0, what: { _tag: "Act", user: ann, input: look, server: 0 } },
      { number: 1, atMillis: 5_000, what: { _tag: "Flush" } },
      {
        number: 2,
        atMillis: 35_000,
        what: { _tag: "Act", user: ann, input: { _tag: "Say", text: "u0.0" }, server: 0 }
      },
      { number: 3, atMillis: 130_000, what: { _tag: "Act", user: bob, input: ask, server: 0 } }
    ]
    assert.deepStrictEqual(judgeStory(story, { servers: 1 }), [])
  })
})

describe("checkProperty", () => {
  const small = Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000 })))
  const broken = (
    ...[values, property, options]: Parameters<typeof checkProperty<number>>
  ): PropertyBroken => {
    try {
      checkProperty(values, property, options)
    } catch (error) {
      if (error instanceof PropertyBroken) return error
      throw error
    }
    return assert.fail("the property held")
  }

  it("is silent about what holds", () => {
    assert.doesNotThrow(() => checkProperty(small, (number) => number <= 1_000))
    assert.doesNotThrow(() => checkProperty(small, () => []))
  })

  it.each([
    ["false", (number: number) => number < 100, "it gave back false"],
    [
      "violations",
      (number: number) => (number < 100 ? [] : [{ guarantee: "small", facts: String(number) }]),
      "small: 100"
    ],
    [
      "an exception",
      (number: number) => {
        assert.isBelow(number, 100)
        return true
      },
      "AssertionError: expected 100 to be below 100"
    ]
  ])("shrinks what is broken by %s, and says what", (_, property, words) => {
    const { facts } = broken(small, property)
    assert.deepStrictEqual(facts.slice(1), ["  100", words])
  })

  it("finds the same value again by the replay that it prints", () => {
    const values: Array<number> = []
    const property = (number: number) => {
      values.push(number)
      return number < 100
    }
    const first = broken(small, property)
    const large = values.find((number) => number >= 100)
    values.length = 0
    const again = broken(small, property, { replay: first.replay })
    assert.strictEqual(values[0], large)
    assert.deepStrictEqual(again.facts.slice(1), first.facts.slice(1))
  })

  it("holds with a replay that breaks the property no more, as after a repair", () => {
    const { replay } = broken(small, (number) => number < 100)
    assert.doesNotThrow(() => checkProperty(small, () => true, { replay }))
  })

  it("says of a half repair that the value before shrinking is broken still", () => {
    const { replay } = broken(small, (number) => number < 100, { seed: 1 })
    const { facts } = broken(small, (number) => number <= 100, { replay })
    assert.match(facts.join(), /check again without/u)
  })
})

describe("a world driven in turn", () => {
  const [ann, bob] = [userOf(0), userOf(1)]
  const look = { _tag: "Press", button: "配对" } as const

  it("answers each action before the next, and ends a search whose time is over", () => {
    const world = new World({ servers: 2, seed: "in turn" })
    const first = actInTurn(world, ann, look, 0)
    assert.include(first.answer?._tag === "Text" ? first.answer.text : "", "正在配对")
    passTime(world, 56_000)
    assert.include(
      world.followers.received.map(({ content }) => (content._tag === "Text" ? content.text : "")).at(-1),
      "配对失败"
    )
  })

  it("has no server that it has not", () => {
    const world = new World({ servers: 2, seed: "in turn" })
    assert.throws(() => actInTurn(world, ann, look, 2), /no server 2/u)
  })

  it("goes on when the server of an action was killed", () => {
    const world = new World({ servers: 2, seed: "in turn" })
    world.kill(0)
    const inVain = actInTurn(world, ann, look, 0)
    assert.isUndefined(inVain.answer)
    assert.isDefined(inVain.givenUpAtMillis)
    assert.isDefined(actInTurn(world, bob, look, 1).answer)
  })
})
