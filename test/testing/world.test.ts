/** The simulated world itself: what a kill ends, and what goes on. */
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { userOf } from "../../src/testing/any-story.ts"
import { actInTurn, passTime, settle } from "../../src/testing/in-turn.ts"
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

describe("an act that WeChat gives up", () => {
  const [ann, bob] = [userOf(0), userOf(1)]

  /** Ann asks a server that dies before it answers; WeChat gives up or not, and a partner comes by another one. */
  const askInVain = (givesUp: boolean) => {
    const world = new World({ servers: 2, seed: "given up" })
    actInTurn(world, ann, look, 1)
    const asks = world.act(ann, look, 0)
    world.kill(0)
    if (givesUp) world.giveUp(asks)
    actInTurn(world, bob, look, 1)
    passTime(world, 5_000)
    return {
      asks,
      pushes: world.followers.received.filter(({ by, answers }) => by === ann && answers === undefined)
    }
  }

  it("is asked no longer, and was not answered", () => {
    const { asks, pushes } = askInVain(true)
    assert.deepStrictEqual(
      pushes.map(({ asking }) => asking),
      [undefined]
    )
    assert.isUndefined(asks.answeredAtMillis)
    assert.isDefined(asks.givenUpAtMillis)
  })

  it("is asked until then", () => {
    const { pushes } = askInVain(false)
    assert.deepStrictEqual(
      pushes.map(({ asking }) => asking),
      [true]
    )
  })

  it("is not answered any more, though its server goes on", () => {
    const world = new World({ servers: 1, seed: "given up" })
    const asks = world.act(ann, look, 0)
    world.giveUp(asks)
    world.giveUp(asks)
    settle(world)
    passTime(world, 1_000)
    assert.isUndefined(asks.answeredAtMillis)
    actInTurn(world, bob, look)
    passTime(world, 1_000)
    const toAnn = world.followers.received.filter(({ by }) => by === ann)
    assert.deepStrictEqual([...new Set(toAnn.map(({ asking, answers }) => asking ?? answers))], [undefined])
    assert.isNotEmpty(toAnn)
  })
})
