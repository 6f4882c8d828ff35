import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { TestClock } from "effect/testing"
import { keys } from "../../src/chat/keys.ts"
import { Mailbox } from "../../src/chat/mailbox.ts"
import { Postman } from "../../src/chat/postman.ts"
import { text } from "../../src/core/content.ts"
import { type Kept, textLimitBytes } from "../../src/core/folding.ts"
import { startMillis } from "./chat-rig.ts"
import { failOnce } from "./faulty-memcached.ts"
import { flush, keepAll, line, me, notice, onStage, openWindow, waiting, writer } from "./postman-stage.ts"

describe("within the allowance", () => {
  it.effect(
    "of a burst after a message four lines go, the rest waits, and a notice goes with the fifth push",
    () =>
      onStage(({ tried }) =>
        Effect.gen(function* () {
          yield* openWindow("message")
          const lines = Array.from({ length: 30 }, (_, number) => `line ${number}`)
          const outcomes = yield* Effect.forEach(lines, (each) => line(each))
          assert.deepStrictEqual(outcomes, [...Array(4).fill("pushed"), ...Array(26).fill("kept")])
          assert.deepStrictEqual(tried, lines.slice(0, 4))
          assert.deepStrictEqual(yield* waiting, lines.slice(4))
          assert.strictEqual(yield* notice("对方已离开"), "pushed")
          assert.deepStrictEqual(tried.at(-1), [...lines.slice(4), "对方已离开"].join("\n"))
          assert.deepStrictEqual(yield* waiting, [])
          assert.strictEqual(yield* notice("one too many"), "kept")
          assert.lengthOf(tried, 5)
        })
      )
  )

  it.effect("after a click three lines go, within the minute", () =>
    onStage(({ tried }) =>
      Effect.gen(function* () {
        yield* openWindow("click")
        assert.strictEqual(yield* line("one"), "pushed")
        yield* TestClock.adjust(60_000)
        assert.strictEqual(yield* line("two"), "kept")
        assert.deepStrictEqual(tried, ["one"])
        yield* openWindow("click")
        yield* flush
        assert.deepStrictEqual(tried, ["one", "two"])
      })
    )
  )

  it.effect.prop(
    "where nothing may be pushed nothing is tried",
    [Schema.Literals(["line", "notice"])],
    ([importance]) =>
      onStage(
        ({ tried }) =>
          Effect.gen(function* () {
            yield* openWindow("message")
            assert.strictEqual(yield* importance === "line" ? line("x") : notice("x"), "kept")
            yield* flush
            assert.deepStrictEqual(tried, [])
            assert.deepStrictEqual(yield* waiting, ["x"])
            assert.isFalse(yield* Effect.flatMap(Postman, (postman) => postman.mayPush))
          }),
        "passive"
      )
  )

  it.effect("a long line goes on in parts, in order; nothing overtakes what waits", () =>
    onStage(({ tried }) =>
      Effect.gen(function* () {
        yield* openWindow("message")
        const long = "字".repeat(textLimitBytes)
        yield* line(long)
        assert.isAbove(tried.length, 1)
        assert.strictEqual(tried.join("") + (yield* waiting).join(""), long)
      })
    )
  )

  it.effect("what waits goes first, folded, and only lines of one room share a message", () =>
    onStage(({ tried }) =>
      Effect.gen(function* () {
        yield* keepAll("one", "two")
        yield* openWindow("message")
        assert.strictEqual(yield* line("three", "room2"), "pushed")
        assert.deepStrictEqual(tried, ["one\ntwo", "three"])
        assert.deepStrictEqual(yield* waiting, [])
      })
    )
  )
})

describe("lines that wait, while memcached fails or others write", () => {
  it.effect("a line kept while another is pushed is neither lost nor doubled", () =>
    onStage((stage) =>
      Effect.gen(function* () {
        yield* keepAll("one")
        yield* openWindow("message")
        // Between the reading of the mailbox and the taking.
        let added = false
        stage.plan.fateOf = (operation, key) => {
          const taking = key === keys.mail(me) && (operation === "delete" || operation === "cas")
          if (taking && !added) {
            added = true
            const late = { content: text("late"), group: "room1" }
            stage.store.append(key, `${JSON.stringify(late)}\n`, startMillis)
          }
          return "proceed"
        }
        yield* flush
        assert.isTrue(added)
        assert.deepStrictEqual([...stage.tried, ...(yield* waiting)], ["one", "late"])
      })
    )
  )

  it.effect.prop(
    "a line that is kept counts as kept even if pushing fails",
    [Schema.Literals(["drop", "loseAnswer"])],
    ([how]) =>
      onStage((stage) =>
        Effect.gen(function* () {
          yield* keepAll("one")
          yield* openWindow("message")
          failOnce(stage.plan, "add", "mail-lock:", how)
          assert.strictEqual(yield* line("two"), "kept")
          assert.deepStrictEqual(yield* waiting, ["one", "two"])
          yield* TestClock.adjust("11 seconds")
          yield* flush
          assert.deepStrictEqual(stage.tried, ["one\ntwo"])
        })
      )
  )

  it.effect("a line behind a notice gets none of what is kept for notices", () =>
    onStage(({ tried }) =>
      Effect.gen(function* () {
        const mailbox = yield* Mailbox
        const lines = ["1", "2", "3", "4"].map((group) => ({
          content: text(`line ${group}`),
          group,
          from: writer
        }))
        const waits: ReadonlyArray<Kept> = [
          ...lines,
          { content: text("the end"), group: "4" },
          { content: text("of the next"), group: "5", from: writer }
        ]
        for (const thing of waits) yield* mailbox.keep(me, yield* mailbox.peek(me), thing)
        // Five pushes, the last of them for notices.
        yield* openWindow("message")
        yield* Effect.flatMap(Postman, (postman) => postman.flush(me, "notice"))
        assert.deepStrictEqual(tried, ["line 1", "line 2", "line 3", "line 4\nthe end"])
        assert.deepStrictEqual(yield* waiting, ["of the next"])
      })
    )
  )

  it.effect("many servers that push to one person count together", () =>
    onStage(({ tried, plan }) =>
      Effect.gen(function* () {
        plan.interleaved = true
        yield* openWindow("message")
        const outcomes = yield* Effect.forEach(
          Array.from({ length: 12 }, (_, number) => `line ${number}`),
          (each) => line(each),
          { concurrency: "unbounded" }
        )
        assert.strictEqual(outcomes.filter((one) => one === "pushed").length, tried.length)
        assert.isAtMost(tried.length, 4)
        assert.lengthOf([...tried, ...(yield* waiting)], 12)
      })
    )
  )
})
