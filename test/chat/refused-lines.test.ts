import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { TestClock } from "effect/testing"
import { windows } from "../../src/core/allowance.ts"
import { byteLength } from "../../src/core/folding.ts"
import { word } from "../../src/core/wording.ts"
import { WeChatUnreachable } from "../../src/wechat/api-exchange.ts"
import { refusal } from "./chat-rig.ts"
import {
  flush,
  keepAll,
  line,
  notice,
  onStage,
  openWindow,
  type Stage,
  waiting,
  writer
} from "./postman-stage.ts"

const bad = "坏"
const refusesBad = (words: string) => (words.includes(bad) ? refusal(87014) : undefined)

/** Lines that arrived, as a person reads them. */
const arrived = (stage: Stage) =>
  stage.tried.filter((words) => stage.answer(words) === undefined).flatMap((words) => words.split("\n"))

const linesPerWindow = windows.message.pushes - 1

describe("a line that WeChat refuses among others (87014)", () => {
  it.effect.prop(
    "the others arrive, once, in order, as far as each window goes; its writer is told once a time",
    [Schema.Array(Schema.Boolean).check(Schema.isMinLength(1), Schema.isMaxLength(30))],
    ([isBad]) =>
      onStage((stage) =>
        Effect.gen(function* () {
          stage.answer = refusesBad
          const lines = isBad.map((each, number) => `${each ? bad : "好"}${number}`)
          yield* keepAll(...lines)
          for (let opened = 1; (yield* waiting).length > 0; opened += 1) {
            assert.isAtMost(opened, 2 * lines.length)
            const before = stage.tried.length
            yield* openWindow("message")
            yield* flush
            assert.isAtMost(stage.tried.length - before, linesPerWindow)
          }
          assert.deepStrictEqual(
            arrived(stage),
            lines.filter((words) => !words.includes(bad))
          )
          const told = stage.others.map(({ to, words }) => ({ to, words }))
          const later = { to: writer, words: word({ _tag: "RefusedByWeChat", later: true }) }
          assert.deepStrictEqual(
            new Set(told.map((one) => JSON.stringify(one))).size,
            isBad.includes(true) ? 1 : 0
          )
          for (const one of told) assert.deepStrictEqual(one, later)
          assert.isAtMost(told.length, isBad.filter(Boolean).length)
        })
      ),
    { arbitrary: { runs: 40 } }
  )

  it.effect("the writer of the last line hears of that one in the exchange, not a second time", () =>
    onStage((stage) =>
      Effect.gen(function* () {
        stage.answer = refusesBad
        yield* keepAll("好")
        yield* openWindow("message")
        assert.strictEqual(yield* line(bad), "refused")
        assert.deepStrictEqual([arrived(stage), yield* waiting, stage.others], [["好"], [], []])
      })
    )
  )
})

describe("what does not go in one message (45002)", () => {
  it.effect.prop(
    "goes in parts, whatever WeChat's limit is",
    [Schema.Literals([500, 1_000, 1_500]), Schema.Boolean],
    ([limitBytes, waits]) =>
      onStage((stage) =>
        Effect.gen(function* () {
          stage.answer = (words) => (byteLength(words) > limitBytes ? refusal(45002) : undefined)
          const long = Array.from({ length: 640 }, (_, number) => String.fromCodePoint(0x4e00 + number)).join(
            ""
          )
          if (waits) yield* keepAll("先", long)
          yield* openWindow("message")
          if (!waits) yield* line(long)
          for (let opened = 0; (yield* waiting).length > 0; opened += 1) {
            assert.isAtMost(opened, 10)
            yield* flush
            yield* openWindow("message")
          }
          assert.strictEqual(arrived(stage).join(""), waits ? `先${long}` : long)
        })
      )
  )

  it.effect("a short text that is called too long is not tried for ever", () =>
    onStage((stage) =>
      Effect.gen(function* () {
        stage.answer = () => refusal(45002)
        assert.strictEqual(yield* line("短"), "unsendable")
        assert.lengthOf(stage.tried, 1)
        assert.deepStrictEqual(yield* waiting, [])
      })
    )
  )
})

describe("lines that waited and are pushed", () => {
  it.effect("without an answer: their writer, who was told that they wait, hears that they may be lost", () =>
    onStage((stage) =>
      Effect.gen(function* () {
        yield* keepAll("one", "two")
        yield* openWindow("message")
        stage.answer = () => new WeChatUnreachable({ reason: "timeout" })
        yield* flush
        assert.deepStrictEqual(yield* waiting, [])
        assert.deepStrictEqual(stage.others, [{ to: writer, words: word({ _tag: "Unsure", later: true }) }])
      })
    )
  )

  it.effect("to somebody who does not follow any more: gone", () =>
    onStage((stage) =>
      Effect.gen(function* () {
        yield* keepAll("one")
        yield* openWindow("message")
        stage.answer = () => refusal(43004)
        assert.strictEqual(yield* line("two"), "gone")
      })
    )
  )

  it.effect.prop(
    "pictures that WeChat keeps no longer, and empty texts, are told and do not block what follows",
    [Schema.Literals([40007, 44004, 48008])],
    ([code]) =>
      onStage((stage) =>
        Effect.gen(function* () {
          yield* openWindow("message")
          stage.answer = () => refusal(code)
          assert.strictEqual(yield* line("one"), "unsendable")
          stage.answer = () => undefined
          assert.strictEqual(yield* line("two"), "pushed")
        })
      )
  )
})

describe("what could not leave", () => {
  it.effect.prop(
    "goes by itself when it can, and what never left does not count",
    [Schema.Literals([-1, 40001, 45011, 45009])],
    ([code]) =>
      onStage((stage) =>
        Effect.gen(function* () {
          yield* openWindow("message")
          stage.answer = () => refusal(code)
          assert.strictEqual(yield* line("one"), "kept")
          yield* TestClock.adjust("5 minutes")
          stage.answer = () => undefined
          yield* TestClock.adjust("11 minutes")
          assert.deepStrictEqual(yield* waiting, [])
          const took = stage.tried.length
          for (const each of ["two", "three", "four"]) assert.strictEqual(yield* line(each), "pushed")
          assert.strictEqual(yield* line("five"), "kept")
          assert.lengthOf(stage.tried, took + 3)
        })
      )
  )

  it.effect.prop(
    "waits for the receiver where only the operator can help",
    [Schema.Literals([40164, 48001, 48004, 45087])],
    ([code]) =>
      onStage((stage) =>
        Effect.gen(function* () {
          yield* openWindow("message")
          stage.answer = () => refusal(code)
          assert.strictEqual(yield* line("one"), "kept")
          stage.answer = () => undefined
          yield* TestClock.adjust("2 hours")
          assert.lengthOf(stage.tried, 1)
          yield* flush
          assert.deepStrictEqual(stage.tried, ["one", "one"])
        })
      )
  )

  it.effect("nobody is asked while all pushes are paused, whoever they are for", () =>
    onStage((stage) =>
      Effect.gen(function* () {
        yield* openWindow("message")
        stage.answer = () => refusal(45011)
        yield* line("one")
        yield* line("two")
        yield* notice("three")
        yield* TestClock.adjust("59 seconds")
        assert.lengthOf(stage.tried, 1)
        stage.answer = () => undefined
        yield* TestClock.adjust("2 seconds")
        assert.deepStrictEqual(stage.tried.slice(1), ["one\ntwo\nthree"])
      })
    )
  )
})
