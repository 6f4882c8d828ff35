import { assert, describe, it, layer } from "@effect/vitest"
import { Effect } from "effect"
import { nextMsgId, shown } from "./callback.ts"
import { assertSays, textOf } from "./sentences.ts"
import { type Message, pair, type Person, SharedStage, type Stage, stage } from "./stage.ts"

/** WeChat hangs up after 5 s; the contract leaves half a second for the way, and a busy machine some more. */
const answerLimitMillis = 4_800

/** How WeChat may come to send one message three times. */
const courses: Readonly<Record<string, (message: Message) => ReturnType<typeof inTurn>>> = {
  "one after the other": (message) => inTurn(message, [0, 0, 0]),
  "one after the other, to two servers": (message) => inTurn(message, [0, 1, 0]),
  "all at once": (message) => atOnce(message, [0, 0, 0]),
  "all at once, to two servers": (message) => atOnce(message, [0, 1, 1])
}

const inTurn = (message: Message, servers: ReadonlyArray<number>) =>
  Effect.forEach(servers, (server) => message.attempt({ server }))

const atOnce = (message: Message, servers: ReadonlyArray<number>) =>
  Effect.forEach(servers, (server) => message.attempt({ server }), { concurrency: "unbounded" })

/** The one answer that all attempts got. */
const sameAnswer = (answers: ReadonlyArray<Parameters<typeof shown>[0]>, person: Person) => {
  assert.deepStrictEqual(
    answers.map(({ status }) => status),
    [200, 200, 200]
  )
  assert.strictEqual(
    new Set(answers.map(({ body }) => body)).size,
    1,
    answers.map(({ body }) => body).join("\n")
  )
  const [first] = answers
  return first === undefined ? undefined : shown(first, person.openid)
}

const twoPaired = Effect.fnUntraced(function* (all: Stage) {
  const [a, b] = [all.person(0), all.person(1)]
  yield* pair(a, b)
  return [a, b] as const
})

layer(SharedStage.layer({ servers: 2 }), { excludeTestServices: true })(
  "a message that WeChat sends three times",
  (it) => {
    for (const [name, course] of Object.entries(courses)) {
      it.effect(`${name}: one effect and three equal answers`, () =>
        Effect.gen(function* () {
          const all = yield* SharedStage
          const [a, b] = yield* twoPaired(all)
          const line = a.message("text", { Content: "只说一次", MsgId: nextMsgId() })
          assert.isUndefined(sameAnswer(yield* course(line), a))
          const named = a.message("text", { Content: "下节课", MsgId: nextMsgId() })
          assert.include(textOf(sameAnswer(yield* course(named), a)), "下节课")
          // Twice would re-pair.
          const asked = a.message("event", { Event: "CLICK", EventKey: "配对" })
          assertSays(sameAnswer(yield* course(asked), a), "已配对")
          assert.isUndefined(yield* a.says("最后一句"))
          for (const expected of ["只说一次", "下节课", "最后一句"]) {
            assert.strictEqual(textOf(yield* b.hears()), expected)
          }
          // A message of their own lets three more be pushed.
          assert.isUndefined(yield* b.says("嗯"))
          assert.strictEqual(textOf(yield* a.hears()), "嗯")
          const left = a.message("event", { Event: "CLICK", EventKey: "退出" })
          assertSays(sameAnswer(yield* course(left), a), "已退出")
          assertSays(yield* b.hears(), "对方已离开")
          assertSays(yield* b.presses("状态"), "未配对")
          assert.deepStrictEqual([a.rest(), b.rest()], [[], []])
        })
      )
    }

    it.effect("two messages with one id from two people are two messages", () =>
      Effect.gen(function* () {
        const all = yield* SharedStage
        const [a, b] = yield* twoPaired(all)
        const same = { MsgId: nextMsgId() }
        assert.isUndefined(yield* a.sends("text", { Content: "甲", ...same }))
        assert.isUndefined(yield* b.sends("text", { Content: "乙", ...same }))
        assert.strictEqual(textOf(yield* b.hears()), "甲")
        assert.strictEqual(textOf(yield* a.hears()), "乙")
      })
    )
  }
)

describe("a WeChat whose API takes six seconds", () => {
  it.live("people are answered in time, and each line still arrives at most once", () =>
    Effect.gen(function* () {
      const all = yield* stage({ servers: 2 })
      const [a, b] = yield* twoPaired(all)
      all.weChat.sendTakesMillis = 6_000
      const line = a.message("text", { Content: "慢", MsgId: nextMsgId() })
      const long = b.message("text", { Content: "长".repeat(1_500), MsgId: nextMsgId() })
      const [first, second] = yield* Effect.all([line.attempt(), long.attempt({ server: 1 })], {
        concurrency: "unbounded"
      })
      for (const answer of [first, second]) {
        assert.strictEqual(answer.status, 200)
        assert.isBelow(answer.tookMillis, answerLimitMillis)
      }
      const heard = yield* b.hears(8_000)
      assert.strictEqual(textOf(heard), "慢")
      all.weChat.sendTakesMillis = 0
      const again = yield* line.attempt({ server: 1 })
      assert.strictEqual(again.body, first.body)
      const state = yield* a.message("event", { Event: "CLICK", EventKey: "状态" }).attempt()
      assert.isBelow(state.tookMillis, answerLimitMillis)
      assert.strictEqual(b.heard.filter((one) => one.kind === "text" && one.text === "慢").length, 1)
    }).pipe(Effect.scoped)
  )
})
