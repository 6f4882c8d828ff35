/** A line in several parts, for somebody whose mailbox has little room. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { mailboxCapacity } from "../../src/chat/mailbox.ts"
import { textLimitBytes } from "../../src/core/folding.ts"
import { keepAll, line, onStage, waiting } from "./postman-stage.ts"

const upTo = (maximum: number) => Schema.Int.check(Schema.isBetween({ minimum: 1, maximum }))

describe("a line of several parts", () => {
  it.effect.prop("is kept whole or not at all", [upTo(5), upTo(5)], ([parts, room]) =>
    onStage(
      () =>
        Effect.gen(function* () {
          yield* keepAll(...Array.from({ length: mailboxCapacity - room }, (_, place) => String(place)))
          const said = yield* line("x".repeat(parts * textLimitBytes))
          assert.strictEqual(said, parts <= room ? "kept" : "full")
          assert.lengthOf(yield* waiting, mailboxCapacity - room + (parts <= room ? parts : 0))
        }),
      "passive"
    )
  )
})
