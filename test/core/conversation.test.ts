import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import type { Command } from "../../src/core/command.ts"
import { news } from "../../src/core/chat-news.ts"
import { step } from "../../src/core/conversation.ts"
import { type Chat, farewells, ordinary, stateNumber, stateNumbers } from "../../src/core/session.ts"
import { unseen } from "./chats-and-commands.ts"
import { anyChat, anyEvent, anyUserEvent } from "../../src/testing/arbitraries.ts"

/** What of the news a step tells: replies with the very sentence. */
const timesTold = (chat: Chat, commands: ReadonlyArray<Command>): number => {
  const told = JSON.stringify(news(chat))
  return commands.filter((command) => command._tag === "Reply" && JSON.stringify(command.sentence) === told)
    .length
}
const tags = (commands: ReadonlyArray<Command>) => commands.map(({ _tag }) => _tag)

describe("the state machine on any chat and any event", () => {
  it.prop("ends in one of the five numbers", [anyChat, anyEvent], ([chat, event]) => {
    assert.include(Object.values(stateNumbers), stateNumber(step(chat, event).chat))
  })

  it.prop("leaves no news untold in the state it ends in", [anyChat, anyEvent], ([chat, event]) => {
    assert.isUndefined(news(step(chat, event).chat))
  })

  it.prop("tells news at most once, and first", [anyChat, anyUserEvent], ([chat, event]) => {
    const told = timesTold(chat, step(chat, event).commands)
    if (news(chat) === undefined || event._tag === "Unfollowed") return
    assert.isAtMost(told, 1)
    if (told === 1) assert.strictEqual(tags(step(chat, event).commands)[0], "Reply")
  })

  it.prop(
    "swallows news only where the answer itself says it",
    [Schema.Literals(farewells), anyUserEvent],
    ([farewell, event]) => {
      const chat: Chat = { _tag: "Ordinary", farewell }
      const { commands } = step(chat, event)
      if (event._tag === "Unfollowed" || timesTold(chat, commands) === 1) return
      assert.include(["searchFailed", "youLeft"], farewell)
      assert.deepStrictEqual(tags(commands), ["Look"])
    }
  )

  it.prop("tells of a pair not yet seen, unless its owner leaves it", [anyUserEvent], ([event]) => {
    const { chat, commands } = step(unseen, event)
    if (timesTold(unseen, commands) === 1) return
    assert.strictEqual(chat._tag, "Ordinary")
    assert.include(tags(commands), "LeaveRoom")
  })

  it.prop(
    "closes what it leaves, before anything else but news",
    [anyChat, anyUserEvent],
    ([chat, event]) => {
      const { chat: next, commands } = step(chat, event)
      const closes = commands.filter(({ _tag }) => _tag === "LeaveRoom" || _tag === "StopLooking")
      const held = chat._tag === "Paired" || chat._tag === "Looking" ? chat.room : undefined
      const kept = next._tag === "Paired" || next._tag === "Looking" ? next.room : undefined
      assert.deepStrictEqual(
        closes.map((close) => ("room" in close ? close.room : undefined)),
        held === undefined || kept === held ? [] : [held]
      )
      const rest = tags(commands.slice(timesTold(chat, commands)))
      if (closes.length > 0) assert.strictEqual(rest[0], closes[0]?._tag)
    }
  )

  it.prop(
    "looks exactly when the state says so without a room or again",
    [anyChat, anyUserEvent],
    (input) => {
      const [chat, event] = input
      const { chat: next, commands } = step(chat, event)
      const looks = commands.filter(({ _tag }) => _tag === "Look")
      assert.isAtMost(looks.length, 1)
      if (looks.length === 1) assert.strictEqual(next._tag, "Looking")
      if (next._tag === "Looking" && chat._tag !== "Looking") assert.strictEqual(looks.length, 1)
    }
  )

  it.prop("relays only to the partner, only in a pair, only into its room", [anyChat, anyEvent], (input) => {
    const [chat, event] = input
    for (const command of step(chat, event).commands) {
      if (command._tag !== "Relay") continue
      assert.strictEqual(chat._tag, "Paired")
      if (chat._tag !== "Paired") continue
      assert.strictEqual(command.to, chat.partner)
      assert.strictEqual(command.room, chat.room)
    }
  })

  it.prop("says something to whoever acts, but for a line that goes on", [anyChat, anyUserEvent], (input) => {
    const [chat, event] = input
    if (event._tag === "Unfollowed") return
    const { commands } = step(chat, event)
    const answers = ["Reply", "Look", "ShowPairing", "AskCampus", "Unbind", "Tease"]
    assert.isTrue(commands.some(({ _tag }) => _tag === "Relay" || answers.includes(_tag)))
  })

  it.prop("makes a pair only of a look that found somebody", [anyChat, anyUserEvent], ([chat, event]) => {
    const { chat: next } = step(chat, event)
    if (next._tag === "Paired") assert.strictEqual(chat._tag, "Paired")
  })

  it.prop("answers a second unfollowing like the first", [anyChat], ([chat]) => {
    const first = step(chat, { _tag: "Unfollowed" })
    assert.deepStrictEqual(first.chat, ordinary)
    assert.strictEqual(tags(first.commands).at(-1), "Forget")
    assert.deepStrictEqual(tags(step(first.chat, { _tag: "Unfollowed" }).commands), ["Forget"])
  })
})
