/** A server dies, or is held up, while its answer carries what waits for the user. */
import { assert, describe, it } from "@effect/vitest"
import { keys } from "../../src/chat/keys.ts"
import type { Action } from "../../src/testing/action.ts"
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
 * The first server, which works on an action, dies after some operations, of which memcached still carries out the one under way; WeChat asks the
 * other. How many operations there were, and whether the first had answered.
 */
const diesOver = (world: World, action: Action, operations: number) => {
  let ended = 0
  for (let next = world.pending[0]; next !== undefined && ended < operations; next = world.pending[0]) {
    world.end(next, "proceed")
    ended += 1
  }
  const wasAnswered = action.answeredAtMillis !== undefined
  const [underWay] = world.pending
  world.kill(0)
  underWay?.proceed()
  passTime(world, resendMillis)
  if (!wasAnswered) world.attempt(action, 1)
  settle(world)
  return { wasAnswered, ended }
}

/** Bob asks how things stand while lines of Ann wait, and the server dies over it. */
const askedOfTheDying = (operations: number) => {
  const world = new World({ servers: 2, seed: "carried lines" })
  actInTurn(world, ann, { _tag: "Press", button: "配对" }, 1)
  actInTurn(world, bob, { _tag: "Press", button: "配对" }, 1)
  actInTurn(world, bob, { _tag: "Say", text: "在" }, 1)
  for (const text of lines) actInTurn(world, ann, { _tag: "Say", text }, 1)
  const asks = world.act(bob, { _tag: "Press", button: "状态" }, 0)
  const { wasAnswered, ended } = diesOver(world, asks, operations)
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

/** A reply to Bob, which Ann's line fills; the server dies after some operations, and WeChat asks the other. */
const writtenToTheDying = (operations: number) => {
  const world = new World({ servers: 2, seed: "a line that fills a reply", delivery: "passive" })
  const bobs = world.act(bob, { _tag: "Press", button: "配对" }, 1)
  settle(world)
  actInTurn(world, ann, { _tag: "Press", button: "配对" }, 1)
  settle(world, () => bobs.answeredAtMillis !== undefined)
  actInTurn(world, ann, { _tag: "Say", text: "长".repeat(660) }, 1)
  actInTurn(world, ann, { _tag: "Press", button: "退出" }, 1)
  const writes = world.act(bob, { _tag: "Say", text: "还在吗" }, 0)
  const { ended } = diesOver(world, writes, operations)
  for (let asked = 0; asked < 3; asked += 1) {
    passTime(world, 3 * resendMillis)
    actInTurn(world, bob, { _tag: "Press", button: "状态" }, 1)
  }
  const read = world.followers.received.flatMap(({ by, content }) =>
    by === bob && content._tag === "Text" ? [content.text] : []
  )
  return { read, ended }
}

describe("a server dies while its answer carries a line that leaves no room for our own words", () => {
  const { ended } = writtenToTheDying(Number.POSITIVE_INFINITY)

  it.each(Array.from({ length: ended + 1 }, (_, operations) => operations))(
    "after %i operations: the line, the end of the chat and our words are read in their order, and twice at most",
    (operations) => {
      const read = writtenToTheDying(operations).read.join("\n")
      const places = [/长{660}/gu, /对方已离开/gu, /没有发出去/gu].map((words) =>
        [...read.matchAll(words)].map(({ index }) => index)
      )
      for (const some of places) assert.isTrue(some.length === 1 || some.length === 2, read)
      const [line = 0, end = 0, unsent = 0] = places.map(([first]) => first)
      assert.isBelow(line, end)
      assert.isBelow(end, unsent)
    }
  )
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
