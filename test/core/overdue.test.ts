import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { step } from "../../src/core/conversation.ts"
import { stepOverdue } from "../../src/core/overdue.ts"
import { anyChat, anyUserEvent } from "../../src/testing/arbitraries.ts"

const touchesThePair = new Set(["LeaveRoom", "Look", "Relay", "Report", "ShowPairing"])

describe("an event that comes late", () => {
  it.prop(
    "touches no pair that is younger: nobody is left, reported or written to, and the pair is told if it was not",
    [anyChat, anyUserEvent, Schema.Natural],
    ([chat, event, madeAtMillis]) => {
      if (chat._tag !== "Paired" || event._tag === "Unfollowed") return
      const pair = { ...chat, sinceMillis: madeAtMillis + 1 }
      const { chat: next, commands } = stepOverdue(pair, event, madeAtMillis)
      assert.deepStrictEqual(
        commands.filter(({ _tag }) => touchesThePair.has(_tag)),
        []
      )
      const { unseen, ...told } = pair
      assert.deepStrictEqual(next, told)
      const [first] = commands
      if (unseen !== true) return
      assert.deepStrictEqual(first, { _tag: "Reply", sentence: { _tag: "PairMade", room: pair.room } })
    },
    { arbitrary: { runs: 1_000 } }
  )

  it.prop(
    "is worked on as ever in every other state, and by whoever unfollowed",
    [anyChat, anyUserEvent, Schema.Natural],
    ([chat, event, madeAtMillis]) => {
      const isYounger = chat._tag === "Paired" && chat.sinceMillis > madeAtMillis
      if (isYounger && event._tag !== "Unfollowed") return
      assert.deepStrictEqual(stepOverdue(chat, event, madeAtMillis), step(chat, event))
      assert.deepStrictEqual(stepOverdue(chat, event), step(chat, event))
    }
  )
})
