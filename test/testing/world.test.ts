/** The simulated world itself: what a kill ends, and what goes on. */
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { userOf } from "../../src/testing/any-story.ts"
import { World } from "../../src/testing/world.ts"

const look = { _tag: "Press", button: "配对" } as const

/** Longer than anything that a server waits for by itself. */
const longMillis = 600_000

const few = (maximum: number) => Schema.Int.check(Schema.isBetween({ minimum: 0, maximum }))

/** Users look on both servers, and after some operations nothing more comes to its end. */
const amidWork = (users: number, operations: number): World => {
  const world = new World({ servers: 2, seed: "amid work" })
  for (let place = 0; place < users; place += 1) world.act(userOf(place), look, place % 2)
  endSome(world, operations)
  return world
}

const endSome = (world: World, operations: number): void => {
  for (let ended = 0; ended < operations; ended += 1) {
    const [next] = world.pending
    if (next !== undefined) world.end(next, "proceed")
  }
}

describe("a server that was killed amid work", () => {
  it.prop("has nothing left that waits for time", [few(6), few(40)], ([users, operations]) => {
    const world = amidWork(users, operations)
    world.kill(0)
    world.kill(1)
    world.machine.advance(longMillis)
    assert.isUndefined(world.machine.nextTimer())
  })

  it("nor when it was started again; what runs by then does wait for time", () => {
    const world = amidWork(4, 5)
    for (const server of [0, 1]) {
      world.kill(server)
      world.start(server)
    }
    world.machine.advance(longMillis)
    assert.isUndefined(world.machine.nextTimer())
    world.act(userOf(0), look, 0)
    endSome(world, 5)
    world.machine.advance(longMillis)
    assert.isDefined(world.machine.nextTimer())
  })
})
