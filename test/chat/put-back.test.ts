/** Things that were taken out of a mailbox and go back in front. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Mailbox } from "../../src/chat/mailbox.ts"
import { text } from "../../src/core/content.ts"
import { failOnce } from "./faulty-memcached.ts"
import { keepAll, me, onStage, waiting, writer } from "./postman-stage.ts"

const things = ["one", "two"].map((words) => ({ content: text(words), group: "room1", from: writer }))
const putBack = Effect.flatMap(Mailbox, (mailbox) => mailbox.putBack(me, things))

describe("what is put back into a mailbox", () => {
  it.effect.each([
    ["add", [], "loseAnswer"],
    ["add", [], "drop"],
    ["cas", ["three"], "loseAnswer"],
    ["cas", ["three"], "drop"]
  ] as const)("stands there once, in front, though the answer to %s is missing", ([operation, rest, fate]) =>
    onStage(({ plan }) =>
      Effect.gen(function* () {
        yield* keepAll(...rest)
        failOnce(plan, operation, "mail:", fate)
        assert.isTrue(yield* putBack)
        assert.deepStrictEqual(yield* waiting, ["one", "two", ...rest])
      })
    )
  )
})
