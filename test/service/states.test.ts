import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import type { Shown } from "./callback.ts"
import { assertSays, textOf } from "./sentences.ts"
import { pair, type Person, SharedStage, type Stage } from "./stage.ts"
import { storedState } from "./stored-state.ts"

const states = [0, 1, 11, 12, 2] as const
const buttons = ["配对", "状态", "更换", "退出"] as const
/** How a button is meant: by the menu, or by words that work in every state. */
const ways = ["click", "#", "＃", " # "] as const

type State = (typeof states)[number]
type Button = (typeof buttons)[number]

const act = (person: Person, button: Button, way: string) =>
  way === "click" ? person.presses(button) : person.says(`${way}${button}${way.startsWith(" ") ? "  " : ""}`)

/** A on the first server in `state`, with B on the second as the partner where there is one. */
const bringTo = Effect.fnUntraced(function* (state: State, a: Person, b: Person) {
  if (state === 1) assertSays(yield* a.presses("配对"), "正在配对")
  if (state === 2) assertSays(yield* a.says("调戏"))
  if (state === 11 || state === 12) yield* pair(a, b)
  if (state === 12) assertSays(yield* a.presses("配对"), "已配对")
})

/** What the table of the contract says: the words of the answer, the new state, and whether the partner is left. */
const expected = (
  state: State,
  button: Button
): {
  readonly words: Parameters<typeof assertSays>[1] | undefined
  readonly next: State
  readonly leaves: boolean
} => {
  const paired = state === 11 || state === 12
  switch (button) {
    case "配对":
      return state === 11
        ? { words: "已配对", next: 12, leaves: false }
        : { words: "正在配对", next: 1, leaves: paired }
    case "状态":
      return { words: paired ? "已配对" : state === 1 ? "正在配对" : "未配对", next: state, leaves: false }
    case "更换":
      return { words: "正在配对", next: 1, leaves: paired }
    case "退出":
      return { words: state === 0 ? undefined : "已退出", next: 0, leaves: paired }
  }
}

const walk = Effect.fnUntraced(function* (all: Stage, state: State, button: Button, way: string) {
  const [a, b] = [all.person(0), all.person(1)]
  yield* bringTo(state, a, b)
  const { words, next, leaves } = expected(state, button)
  const answer = yield* act(a, button, way)
  const cell = `${state} × ${button} by ${way}`
  assertSays(answer, ...(words === undefined ? [] : [words]))
  const { port } = all.memcached
  assert.strictEqual(yield* Effect.promise(() => storedState(port, a.openid)), next, cell)
  if (leaves) {
    assertSays(yield* b.hears(), "对方已离开")
    assertSays(yield* b.presses("状态"), "未配对")
    assert.strictEqual(yield* Effect.promise(() => storedState(port, b.openid)), 0, cell)
  } else if (state === 11 || state === 12) {
    assert.isUndefined(yield* a.says("还在吗"), cell)
    assert.strictEqual(textOf(yield* b.hears()), "还在吗", cell)
    // A line takes 12 back to 11.
    assert.strictEqual(yield* Effect.promise(() => storedState(port, a.openid)), 11, cell)
    yield* b.presses("退出")
    assertSays(yield* a.hears(), "对方已离开")
  }
  yield* a.presses("退出")
  assert.deepStrictEqual([a.rest(), b.rest()], [[], []], cell)
})

layer(SharedStage.layer({ servers: 2 }), { excludeTestServices: true })(
  "the table of states, walked by two people on two servers",
  (it) => {
    it.effect("every button in every state, by menu and behind a #", () =>
      Effect.gen(function* () {
        const all = yield* SharedStage
        for (const state of states) {
          for (const button of buttons) {
            for (const way of ways) yield* walk(all, state, button, way)
          }
        }
      })
    )

    it.effect("every button's bare name: ours in the ordinary state, the partner's in a chat", () =>
      Effect.gen(function* () {
        const all = yield* SharedStage
        for (const button of buttons) {
          const a = all.person(0)
          const { words } = expected(0, button)
          assertSays(yield* a.says(` ${button} `), ...(words === undefined ? [] : [words]))
          // Looking: not sent; looks again.
          yield* a.presses("配对")
          assertSays(yield* a.says(button), "正在配对")
          yield* a.presses("退出")
          // Tease mode: every text goes to the chatbot.
          yield* a.says("调戏")
          assertSays(yield* a.says(button))
          assert.strictEqual(yield* Effect.promise(() => storedState(all.memcached.port, a.openid)), 2)
          yield* a.says("调戏")
          assert.strictEqual(yield* Effect.promise(() => storedState(all.memcached.port, a.openid)), 0)
          for (const state of [11, 12] as const) {
            const [c, d] = [all.person(0), all.person(1)]
            yield* bringTo(state, c, d)
            const advice = textOf(yield* c.says(button))
            assert.include(advice, button)
            assertSays({ kind: "text", text: advice })
            assert.strictEqual(textOf(yield* d.hears()), button)
            yield* c.presses("退出")
            yield* d.hears()
          }
        }
      })
    )

    it.effect("who asks again in 12, or changes, meets another who waits", () =>
      Effect.gen(function* () {
        const all = yield* SharedStage
        for (const [state, button] of [
          [11, "更换"],
          [12, "更换"],
          [12, "配对"]
        ] as const) {
          const [a, b, c] = [all.person(0), all.person(1), all.person(1)]
          yield* bringTo(state, a, b)
          assertSays(yield* c.presses("配对"), "正在配对")
          assertSays(yield* a.presses(button), "已配对成功，可以开始聊天")
          assertSays(yield* b.hears(), "对方已离开")
          assertSays(yield* c.hears(), "已配对成功，可以开始聊天")
          yield* c.says("新的")
          assert.strictEqual(textOf(yield* a.hears()), "新的")
          // Not the one who was left.
          assertSays(yield* b.says("旧的"))
          yield* a.presses("退出")
          yield* c.hears()
          assert.deepStrictEqual([a.rest(), b.rest(), c.rest()], [[], [], []])
        }
      })
    )

    it.effect("the shown pairing names since when, how many lines, and that asking again re-pairs", () =>
      Effect.gen(function* () {
        const all = yield* SharedStage
        const [a, b] = [all.person(0), all.person(1)]
        yield* pair(a, b)
        for (const line of ["一", "二", "三"]) {
          yield* a.says(line)
          yield* b.hears()
        }
        const text = textOf(yield* a.presses("配对"))
        assert.match(text, /\d{1,2}:\d{2}/)
        assert.match(text, /3 (句|条)/)
        assert.match(text, /再/)
        assert.notInclude(text, b.openid)
      })
    )

    it.effect("ordinary texts: campus buttons, help, about, hints, and a new follower's welcome", () =>
      Effect.gen(function* () {
        const all = yield* SharedStage
        const a = all.person()
        const campus = [
          "更新课表",
          "明天课表",
          "今天课表",
          "下节课",
          "更新绑定信息",
          "教务信息",
          "空闲教室",
          "图书馆借书信息",
          "跑操次数"
        ]
        for (const button of campus) {
          assertSays(yield* a.presses(button), "尚未接入")
          assertSays(yield* a.says(`  ${button}\n`), "尚未接入")
          assertSays(yield* a.says(`#${button}`), "尚未接入")
        }
        const quiet: ReadonlyArray<Effect.Effect<Shown | undefined>> = [
          a.presses("关于"),
          a.says("关于"),
          a.says("帮助"),
          a.says("#帮助"),
          a.says("你好"),
          a.presses("没有这个按钮"),
          a.sends("image", { PicUrl: "http://example.invalid/p", MediaId: "m", MsgId: "1" }),
          a.sends("event", { Event: "subscribe", EventKey: "" })
        ]
        for (const words of quiet) assertSays(yield* words)
        assert.include(textOf(yield* a.sends("event", { Event: "subscribe", EventKey: "" })), "配对")
        assert.isUndefined(yield* a.sends("event", { Event: "VIEW", EventKey: "http://example.invalid/" }))
        assert.isUndefined(
          yield* a.sends("event", { Event: "TEMPLATESENDJOBFINISH", MsgID: "1", Status: "success" })
        )
      })
    )
  }
)
