/** Races that need one operation to be slow while everything else goes on: it is held, and let go at the end. */
import { assert, describe, it } from "@effect/vitest"
import type { Content } from "../../src/core/content.ts"
import { Openid } from "../../src/core/openid.ts"
import { judgeAtRest } from "../../src/testing/judge.ts"
import type { Operation } from "../../src/testing/operation.ts"
import { World } from "../../src/testing/world.ts"

/** Lets everything go on but what is held, until nothing else is under way. */
const goOn = (world: World, isHeld: (operation: Operation) => boolean): void => {
  for (;;) {
    const next = world.pending.find((operation) => !isHeld(operation))
    if (next === undefined) return
    world.end(next, "proceed")
  }
}

const [ann, bob] = [Openid.make("ann"), Openid.make("bob")]
const looks = { _tag: "Press", button: "配对" } as const

describe("two presses of one person, one on a server that is slow to write the lobby", () => {
  it("who found a partner by the other press is not told to wait afterwards", () => {
    const world = new World({ servers: 2, seed: "a slow lobby" })
    const isSlow = ({ server, name, key }: Operation) => server === 1 && name === "add" && key === "lobby"
    const first = world.act(ann, looks, 1)
    goOn(world, isSlow)
    assert.strictEqual(world.pending.length, 1)
    world.act(bob, looks, 0)
    goOn(world, isSlow)
    const second = world.act(ann, looks, 0)
    goOn(world, isSlow)
    assert.match(wordsOf(second.answer), /^已配对成功/)
    goOn(world, () => false)
    assert.isUndefined(first.answer)
    assert.deepStrictEqual(judgeAtRest(world, [ann, bob], { crashes: false, evictions: false }), [])
  })
})

const wordsOf = (answer: Content | undefined): string => (answer?._tag === "Text" ? answer.text : "")
