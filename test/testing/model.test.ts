import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Memcached } from "../../src/memcached/memcached.ts"
import { anyStory, userOf, usersOf } from "../../src/testing/any-story.ts"
import { playInTurn } from "../../src/testing/in-turn.ts"
import type { Violation } from "../../src/testing/invariants.ts"
import { ChatModel, disagreements } from "../../src/testing/model.ts"
import type { Act, Deed } from "../../src/testing/story.ts"
import { tellStory } from "../../src/testing/telling.ts"
import { World, type WorldOptions } from "../../src/testing/world.ts"

const cast = { users: 4, servers: 2 }
const timeouts = { pairingTimeoutMillis: 50_000, chatIdleTimeoutMillis: 180_000 }

/** Plays a story in a world and in the model; where they do not agree after the first action after which they do not. */
const compare = (
  story: ReadonlyArray<Deed>,
  options: Partial<WorldOptions> = {}
): ReadonlyArray<Violation> => {
  const world = new World({ servers: cast.servers, seed: "model", ...timeouts, ...options })
  const model = new ChatModel(timeouts)
  let found: ReadonlyArray<Violation> = []
  playInTurn(world, story, ({ what }) => {
    if (what._tag !== "Act" || found.length > 0) return
    model.act(what.user, what.input, world.machine.now)
    found = disagreements(world, model, usersOf(cast))
  })
  return found
}

const [ann, bob, cat] = [userOf(0), userOf(1), userOf(2)]
const deeds = (...acts: ReadonlyArray<readonly [atMillis: number, ...act: [Act["user"], string]]>) =>
  acts.map(([atMillis, user, words], number): Deed => ({
    number,
    atMillis,
    what: { _tag: "Act", user, input: { _tag: "Say", text: words }, server: 0 }
  }))

describe("the model", () => {
  it.prop(
    "agrees with the world after each action of a story without faults",
    [anyStory(cast)],
    ([story]) => {
      assert.deepStrictEqual(compare(story), [], tellStory(story).join("\n"))
    },
    { arbitrary: { runs: 60 } }
  )

  it("goes through every state, and pairs whoever waits with whoever comes next", () => {
    const model = new ChatModel(timeouts)
    const states: Array<string> = []
    for (const { what, atMillis } of deeds(
      [0, ann, "#调戏"],
      [0, ann, "#配对"],
      [0, bob, "#配对"],
      [0, ann, "#配对"],
      [0, ann, "hello"],
      [0, bob, "#更换"],
      [0, cat, "#配对"],
      [1, bob, "#退出"],
      [2, cat, "#配对"]
    )) {
      if (what._tag === "Act") model.act(what.user, what.input, atMillis)
      states.push([ann, bob, cat].map((user) => model.stateOf(user)).join(" "))
    }
    assert.deepStrictEqual(states, [
      "2 0 0",
      "1 0 0",
      "11 11 0",
      "12 11 0",
      "11 11 0",
      "0 1 0",
      "0 11 11",
      "0 0 0",
      "0 0 1"
    ])
    model.passTo(2 + timeouts.pairingTimeoutMillis)
    assert.strictEqual(model.stateOf(cat), 0)
  })

  it("disagrees with a world in which a room cannot be closed", () => {
    const story = deeds([0, ann, "#配对"], [0, bob, "#配对"], [1, ann, "#退出"])
    assert.deepStrictEqual(compare(story), [])
    const found = compare(story, {
      plant: (memcached) =>
        Memcached.of({
          ...memcached,
          cas: (key, value, version, ttl) =>
            key.startsWith("room:") && value.includes('"Closed"')
              ? Effect.succeed(true)
              : memcached.cas(key, value, version, ttl)
        })
    })
    assert.deepStrictEqual(
      found.map(({ facts }) => facts),
      ["u1 is in state 11 with u0, and in the model in state 0"]
    )
  })

  it("disagrees with a world in which a search is given up too early", () => {
    const story = deeds([0, ann, "#配对"], [40_000, bob, "#配对"])
    assert.deepStrictEqual(compare(story), [])
    assert.notDeepEqual(compare(story, { pairingTimeoutMillis: 30_000 }), [])
  })
})
