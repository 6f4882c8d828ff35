import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { text } from "../../src/core/content.ts"
import { step } from "../../src/core/conversation.ts"
import { Kept } from "../../src/core/folding.ts"
import { Chat } from "../../src/core/session.ts"
import { isUnaware, stepUnaware } from "../../src/core/unaware.ts"
import { word } from "../../src/core/wording.ts"
import { anyUserEvent } from "../../src/testing/arbitraries.ts"

const anyPair = Chat.cases.Paired
const anyMail = Schema.Array(Kept)

const noticeOf = ({ room }: typeof anyPair.Type): Kept => ({
  content: text(word({ _tag: "PairMade" })),
  group: room
})

describe("a user whose notice of the pair waits", () => {
  it.prop(
    "is unaware of the pair if lines of another stand before it",
    [anyPair, anyMail, anyMail],
    ([pair, before, behind]) => {
      const others = before.filter(({ group }) => group !== pair.room)
      assert.strictEqual(
        isUnaware(pair, [...others, noticeOf(pair), ...behind]),
        others.some(({ from }) => from !== undefined)
      )
    }
  )

  it.prop("knows of it where no notice waits", [anyPair, anyMail], ([pair, mail]) => {
    assert.isFalse(
      isUnaware(
        pair,
        mail.filter(({ group }) => group !== pair.room)
      )
    )
  })

  it.prop(
    "writes nothing to the partner, and all else is as ever",
    [anyPair, anyUserEvent],
    ([pair, event]) => {
      const wished = step(pair, event)
      const done = stepUnaware(pair, event)
      if (!wished.commands.some(({ _tag }) => _tag === "Relay")) return assert.deepStrictEqual(done, wished)
      assert.deepStrictEqual(done.commands.at(-1), { _tag: "Reply", sentence: { _tag: "NotSent" } })
      assert.isFalse(done.commands.some(({ _tag }) => _tag === "Relay"))
      assert.strictEqual(done.chat._tag, "Paired")
    }
  )
})
