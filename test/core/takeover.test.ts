import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { step } from "../../src/core/conversation.ts"
import { resume } from "../../src/core/takeover.ts"
import { anyChat, anyUserEvent } from "../../src/testing/arbitraries.ts"

const undoes = new Set(["LeaveRoom", "Look", "Relay"])

describe("an event that a server began before it died", () => {
  it.prop(
    "ends no pair that was made since by asking for one, and passes no line on to it",
    [anyChat, anyUserEvent, Schema.Natural],
    ([chat, event, begunAtMillis]) => {
      if (chat._tag !== "Paired") return
      const since = { ...chat, sinceMillis: begunAtMillis + 1 }
      const { chat: next, commands } = resume(since, event, begunAtMillis)
      if (event._tag === "Unfollowed" || next._tag !== "Paired") return
      assert.deepStrictEqual(
        commands.filter(({ _tag }) => undoes.has(_tag)),
        []
      )
    },
    { arbitrary: { runs: 1_000 } }
  )

  it.prop(
    "is worked on as ever where nothing speaks for its having been done",
    [anyChat, anyUserEvent],
    ([chat, event]) => {
      if (event._tag === "Pressed" || event._tag === "Said") return
      const begunAtMillis = chat._tag === "Paired" ? chat.sinceMillis : 0
      assert.deepStrictEqual(resume(chat, event, begunAtMillis), step(chat, event))
    }
  )

  it.prop(
    "keeps a partner, whichever way one is asked for",
    [anyChat, Schema.Literals(["配对", "更换"])],
    ([chat, button]) => {
      if (chat._tag !== "Paired") return
      const { chat: next, commands } = resume(chat, { _tag: "Pressed", button }, chat.sinceMillis)
      assert.strictEqual(next._tag, "Paired")
      assert.deepStrictEqual(commands, [{ _tag: "Reply", sentence: { _tag: "PairMade", room: chat.room } }])
    }
  )
})
