import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { eventually } from "./eventually.ts"
import { assertSays, reservedIn, textOf } from "./sentences.ts"
import { pair, type Person, SharedStage, stage } from "./stage.ts"
import { settles } from "./stored-state.ts"

const lines = (count: number, mark = "第") =>
  Array.from({ length: count }, (_, index) => `${mark}${index + 1}句`)

const linesOf = (person: Person) => person.rest().flatMap((heard) => textOf(heard).split("\n"))

/** Says everything; how many lines went out at once and how many are kept, as the writer was told. */
const burst = Effect.fnUntraced(function* (a: Person, all: ReadonlyArray<string>) {
  const told: Array<"sent" | "kept"> = []
  for (const line of all) {
    const answer = yield* a.says(line)
    if (answer !== undefined) assertSays(answer, "对方稍后收到")
    told.push(answer === undefined ? "sent" : "kept")
  }
  return told
})

const refusedFor = (
  pushes: ReadonlyArray<{ readonly to: string; readonly errcode: number }>,
  openid: string
) => pushes.filter(({ to, errcode }) => to === openid && errcode !== 0).length

layer(SharedStage.layer({ servers: 2 }), { excludeTestServices: true })("the allowance of WeChat", (it) => {
  it.effect(
    "a burst to a silent partner: the first lines at once, the rest on their next message, in order, once",
    () =>
      Effect.gen(function* () {
        const all = yield* SharedStage
        const [a, b] = [all.person(0), all.person(1)]
        yield* pair(a, b)
        const spoken = lines(12)
        const told = yield* burst(a, spoken)
        const sent = told.lastIndexOf("sent") + 1
        assert.isAtLeast(sent, 3)
        assert.isAtMost(sent, 5)
        assert.deepStrictEqual(
          told.slice(sent),
          told.slice(sent).map(() => "kept")
        )
        assert.deepStrictEqual(linesOf(b), spoken.slice(0, sent))
        assert.isAtMost(refusedFor(all.weChat.pushes, b.openid), 1)
        const reply = textOf(yield* b.says("我回来了"))
        assert.deepStrictEqual(reply.split("\n"), spoken.slice(sent))
        assert.strictEqual(textOf(yield* a.hears()), "我回来了")
        assert.isUndefined(yield* a.says("好"))
        assert.deepStrictEqual(linesOf(b), ["好"])
        assert.isAtMost(refusedFor(all.weChat.pushes, b.openid), 1)
        assert.deepStrictEqual(a.rest(), [])
      })
  )

  it.effect("more than one reply carries: it says how many remain; they follow by push, in order, once", () =>
    Effect.gen(function* () {
      const all = yield* SharedStage
      const [a, b] = [all.person(0), all.person(1)]
      yield* pair(a, b)
      const spoken = lines(16).map((line) => line + "很长的话".repeat(30))
      const told = yield* burst(a, spoken)
      const sent = told.lastIndexOf("sent") + 1
      const from = b.heard.length
      const reply = textOf(yield* b.says("来")).split("\n")
      const note = reply.pop() ?? ""
      assert.include(note, `还有 ${spoken.length - sent - reply.length} 条，马上就到`)
      const arrived = (count: number) => {
        const bubbles = b.heard.slice(from).flatMap((heard) => textOf(heard).split("\n"))
        return bubbles.length >= count ? bubbles : undefined
      }
      const late = yield* eventually("the kept lines arrive", () => arrived(spoken.length - sent + 1))
      assert.deepStrictEqual(
        late.filter((words) => words !== note),
        spoken.slice(sent)
      )
      assert.strictEqual(refusedFor(all.weChat.pushes, b.openid), 0)
    })
  )

  it.effect(
    "WeChat counts differently (45047), or the window is over (45015): one refused push, nothing is lost",
    () =>
      Effect.gen(function* () {
        const all = yield* SharedStage
        for (const spoil of ["left", "endsMillis"] as const) {
          const [a, b] = [all.person(0), all.person(1)]
          yield* pair(a, b)
          all.weChat.follower(b.openid).window[spoil] = 0
          const spoken = lines(6)
          assert.deepStrictEqual(
            yield* burst(a, spoken),
            spoken.map(() => "kept")
          )
          assert.strictEqual(refusedFor(all.weChat.pushes, b.openid), 1)
          // A click opens a small window: what is kept comes first, then the answer.
          const reply = textOf(yield* b.presses("状态")).split("\n")
          assert.deepStrictEqual(reply.slice(0, 6), spoken)
          assertSays({ kind: "text", text: reply.slice(6).join("\n") }, "已配对")
          assert.isUndefined(yield* a.says("又行了"))
          assert.deepStrictEqual(linesOf(b), ["又行了"])
          assert.strictEqual(refusedFor(all.weChat.pushes, b.openid), 1)
          yield* a.presses("退出")
          assertSays(yield* b.hears(), "对方已离开")
        }
      })
  )

  it.effect("pictures that had to wait arrive as pictures, in their place", () =>
    Effect.gen(function* () {
      const all = yield* SharedStage
      const [a, b] = [all.person(0), all.person(1)]
      yield* pair(a, b)
      all.weChat.follower(b.openid).window.left = 0
      yield* a.says("看")
      assertSays(
        yield* a.sends("image", { PicUrl: "http://example.invalid/p", MediaId: "p1", MsgId: "1" }),
        "对方稍后收到"
      )
      yield* a.says("好看吗")
      const from = b.heard.length
      yield* b.says("什么")
      const arrived = yield* eventually("all three arrive", () =>
        b.heard.length < from + 3
          ? undefined
          : b.heard.slice(from).map((heard) => (heard.kind === "text" ? heard.text : heard.mediaId))
      )
      assert.deepStrictEqual(arrived, ["看\n（还有 2 条，马上就到）", "p1", "好看吗"])
    })
  )
})

describe("an account that may not push", () => {
  const passive = { WECHAT_DELIVERY: "passive" }

  it.live("the whole chat works on replies alone", () =>
    Effect.gen(function* () {
      // A search that a slow machine does not let end before somebody comes.
      const patient = { ...passive, PAIRING_TIMEOUT: "30 seconds" }
      const all = yield* stage({ servers: 2, variables: patient })
      const [a, b] = [all.person(0), all.person(1)]
      // The exchange is held until somebody comes.
      const waiting = yield* Effect.forkChild(a.presses("配对"))
      yield* settles(all.memcached.port, a.openid, 1)
      assertSays(yield* b.presses("配对"), "已配对成功，可以开始聊天")
      assertSays(yield* Fiber.join(waiting), "已配对成功，可以开始聊天")
      assertSays(yield* b.says("你好"), "对方稍后收到")
      const first = textOf(yield* a.says("谁在"))
      // The line comes before our own words.
      assert.sameMembers([...reservedIn(first)], ["对方稍后收到"])
      assert.isBelow(first.indexOf("你好"), first.indexOf("对方稍后收到"))
      const spoken = lines(60).map((line) => line + "很长的话".repeat(15))
      yield* burst(a, spoken)
      const expected = ["谁在", ...spoken]
      let asked = 0
      const read: Array<string> = []
      while (read.length < expected.length && asked < 20) {
        asked += 1
        const reply = textOf(yield* b.says(`读${asked}`)).split("\n")
        read.push(...reply.filter((line) => expected.includes(line)))
      }
      assert.deepStrictEqual(read, expected)
      assert.isBelow(asked, 10)
      yield* a.presses("退出")
      // What A had not read yet is not B's; B is told at the next action, once.
      assertSays(yield* b.says("还在吗"), "对方已离开")
      assertSays(yield* b.presses("状态"), "未配对")
      assert.deepStrictEqual(all.weChat.asked, [])
    }).pipe(Effect.scoped)
  )

  it.live("the end of a search is told in the held exchange", () =>
    Effect.gen(function* () {
      const all = yield* stage({ servers: 1, variables: { ...passive, PAIRING_TIMEOUT: "2 seconds" } })
      const a = all.person()
      assertSays(yield* a.presses("配对"), "配对失败，请再次尝试")
      assertSays(yield* a.presses("状态"), "未配对")
      assert.deepStrictEqual(all.weChat.asked, [])
    }).pipe(Effect.scoped)
  )

  it.live("an account without the permission (48001) behaves so after the first refusal", () =>
    Effect.gen(function* () {
      const all = yield* stage({ servers: 1 })
      all.weChat.refuse = () => 48_001
      const [a, b] = [all.person(), all.person()]
      assertSays(yield* a.presses("配对"), "正在配对")
      assertSays(yield* b.presses("配对"), "已配对成功，可以开始聊天")
      yield* settles(all.memcached.port, a.openid, 11)
      assertSays(yield* b.says("你好"), "对方稍后收到")
      const reply = textOf(yield* a.says("嗯"))
      assert.include(reply, "已配对成功，可以开始聊天")
      assert.include(reply, "你好")
      assert.strictEqual(all.weChat.pushes.length, 1)
    }).pipe(Effect.scoped)
  )
})
