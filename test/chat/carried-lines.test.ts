/** A server dies, or is held up, while its answer carries what waits for the user. */
import { assert, describe, it } from "@effect/vitest"
import { keys } from "../../src/chat/keys.ts"
import { userOf } from "../../src/testing/any-story.ts"
import { actInTurn, passTime, settle } from "../../src/testing/in-turn.ts"
import type { Operation } from "../../src/testing/operation.ts"
import { World } from "../../src/testing/world.ts"

const [ann, bob] = [userOf(0), userOf(1)]

/** More than are pushed to somebody who is silent. */
const lines = Array.from({ length: 8 }, (_, place) => `句${place}。`)

/** WeChat sends again after 5 s (protocol notes 3.1). */
const resendMillis = 5_000

/**
 * Bob asks how things stand while lines of Ann wait; the server dies after some operations, of which memcached still carries out the one under
 * way, and WeChat asks the other server.
 */
const askedOfTheDying = (operations: number) => {
  const world = new World({ servers: 2, seed: "carried lines" })
  actInTurn(world, ann, { _tag: "Press", button: "配对" }, 1)
  actInTurn(world, bob, { _tag: "Press", button: "配对" }, 1)
  actInTurn(world, bob, { _tag: "Say", text: "在" }, 1)
  for (const text of lines) actInTurn(world, ann, { _tag: "Say", text }, 1)
  const asks = world.act(bob, { _tag: "Press", button: "状态" }, 0)
  let ended = 0
  for (let next = world.pending[0]; next !== undefined && ended < operations; next = world.pending[0]) {
    world.end(next, "proceed")
    ended += 1
  }
  const wasAnswered = asks.answeredAtMillis !== undefined
  const [underWay] = world.pending
  world.kill(0)
  underWay?.proceed()
  passTime(world, resendMillis)
  if (!wasAnswered) world.attempt(asks, 1)
  settle(world)
  passTime(world, resendMillis)
  actInTurn(world, bob, { _tag: "Press", button: "状态" }, 1)
  passTime(world, resendMillis)
  const read = world.followers.received.flatMap(({ by, content }) =>
    by === bob && content._tag === "Text" ? (content.text.match(/句\d。/gu) ?? []) : []
  )
  return { read, wasAnswered, ended }
}

describe("a server dies while its answer carries lines", () => {
  /** As many operations as an answer takes that carries lines. */
  const { ended } = askedOfTheDying(Number.POSITIVE_INFINITY)

  it.each(Array.from({ length: ended + 1 }, (_, operations) => operations))(
    "after %i operations: each is read, in order, and twice at most",
    (operations) => {
      const { read } = askedOfTheDying(operations)
      assert.deepStrictEqual([...new Set(read)], lines)
      for (const line of lines) assert.isAtMost(read.filter((one) => one === line).length, 2)
    }
  )

  it("and once, if it dies when it has answered", () => {
    const { read, wasAnswered } = askedOfTheDying(ended)
    assert.isTrue(wasAnswered)
    assert.deepStrictEqual(read, lines)
  })
})

describe("a server is held up while its answer carries lines", () => {
  const state = { _tag: "Press", button: "状态" } as const

  /** The account cannot push, so Ann's lines wait, and WeChat hangs up after 5 s and asks the other server. */
  const heldUp = () => {
    const world = new World({ servers: 2, seed: "carried lines", delivery: "passive" })
    const bobs = world.act(bob, { _tag: "Press", button: "配对" }, 1)
    settle(world)
    actInTurn(world, ann, { _tag: "Press", button: "配对" }, 1)
    settle(world, () => bobs.answeredAtMillis !== undefined)
    for (const text of lines) actInTurn(world, ann, { _tag: "Say", text }, 1)
    const isTaking = ({ server, key, writes }: Operation) => server === 0 && key === keys.mail(bob) && writes
    const endOthers = () => {
      const next = () => world.pending.find((operation) => !isTaking(operation))
      for (let other = next(); other !== undefined; other = next()) world.end(other, "proceed")
    }
    const asks = world.act(bob, state, 0)
    endOthers()
    const taking = world.pending.filter(isTaking)
    world.machine.advance(resendMillis)
    endOthers()
    world.attempt(asks, 1)
    endOthers()
    const wasAnswered = asks.answeredAtMillis !== undefined
    settle(world)
    passTime(world, 4 * resendMillis)
    actInTurn(world, bob, state, 1)
    const read = world.followers.received.flatMap(({ by, content }) =>
      by === bob && content._tag === "Text" ? (content.text.match(/句\d。/gu) ?? []) : []
    )
    return { read, taking, wasAnswered }
  }

  it("so that the next attempt gives it on the other: each is read once", () => {
    const { read, taking, wasAnswered } = heldUp()
    assert.lengthOf(taking, 1)
    assert.isTrue(wasAnswered)
    assert.deepStrictEqual(read, lines)
  })
})
