import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { assertSays, textOf } from "./sentences.ts"
import { pair, type Person, SharedStage } from "./stage.ts"
import { settles } from "./stored-state.ts"

/** Ends are told within 5 s of their moment. */
const tellMillis = 5_000
const searchMillis = 2_000
const idleMillis = 4_000

const timing = {
  servers: 2,
  variables: { PAIRING_TIMEOUT: "2 seconds", CHAT_IDLE_TIMEOUT: "4 seconds" }
}

/** How long after `sinceMillis` the next bubble came. */
const heardAfter = Effect.fnUntraced(function* (person: Person, sinceMillis: number) {
  const heard = yield* person.hears(idleMillis + tellMillis)
  return { heard, afterMillis: heard.atMillis - sinceMillis }
})

layer(SharedStage.layer(timing), { excludeTestServices: true })(
  "how a search and a chat come to an end",
  (it) => {
    it.effect(
      "a search runs out: told within 5 s of the deadline, and nobody meets the one who stopped waiting",
      () =>
        Effect.gen(function* () {
          const all = yield* SharedStage
          const [a, b] = [all.person(0), all.person(1)]
          const startMillis = Date.now()
          assertSays(yield* a.presses("配对"), "正在配对")
          // Asking again neither lengthens the search nor starts a second one.
          assertSays(yield* a.presses("配对"), "正在配对")
          const { heard, afterMillis } = yield* heardAfter(a, startMillis)
          assertSays(heard, "配对失败，请再次尝试")
          assert.isAtLeast(afterMillis, searchMillis - 100)
          assert.isBelow(afterMillis, searchMillis + tellMillis)
          yield* settles(all.memcached.port, a.openid, 0)
          assertSays(yield* b.presses("配对"), "正在配对")
          assertSays(yield* a.presses("状态"), "未配对")
          assertSays(yield* b.presses("退出"), "已退出")
          assert.deepStrictEqual([a.rest(), b.rest()], [[], []])
        })
    )

    it.effect("nobody speaks: both are told within 5 s; a line puts the end off", () =>
      Effect.gen(function* () {
        const all = yield* SharedStage
        const [a, b] = [all.person(0), all.person(1)]
        yield* pair(a, b)
        yield* Effect.sleep(idleMillis - 1_500)
        assert.isUndefined(yield* a.says("还在"))
        const spokeMillis = Date.now()
        assert.strictEqual(textOf(yield* b.hears()), "还在")
        for (const person of [a, b]) {
          const { heard, afterMillis } = yield* heardAfter(person, spokeMillis)
          assertSays(heard, "聊天已结束")
          assert.isAtLeast(afterMillis, idleMillis - 500)
          assert.isBelow(afterMillis, idleMillis + tellMillis)
          yield* settles(all.memcached.port, person.openid, 0)
        }
        assertSays(yield* a.says("喂"))
        assert.deepStrictEqual([a.rest(), b.rest()], [[], []])
      })
    )

    it.effect("a partner unfollows, or was found gone by a push (43004)", () =>
      Effect.gen(function* () {
        const all = yield* SharedStage
        const { port } = all.memcached
        const [a, b] = [all.person(0), all.person(1)]
        yield* pair(a, b)
        yield* a.unfollows
        assertSays(yield* b.hears(), "对方已离开")
        yield* settles(port, b.openid, 0)
        yield* settles(port, a.openid, 0)

        const [c, d] = [all.person(0), all.person(1)]
        yield* pair(c, d)
        all.weChat.follower(d.openid).following = false
        assertSays(yield* c.says("在吗"), "对方已离开")
        yield* settles(port, c.openid, 0)
        yield* settles(port, d.openid, 0)
        assertSays(yield* c.says("在吗"))

        // Who unfollows while waiting is met by nobody.
        const [e, f] = [all.person(0), all.person(1)]
        assertSays(yield* e.presses("配对"), "正在配对")
        yield* e.unfollows
        assertSays(yield* f.presses("配对"), "正在配对")
        assertSays(yield* f.presses("退出"), "已退出")
        assert.deepStrictEqual(
          [b, c, f].map((person) => person.rest()),
          [[], [], []]
        )
      })
    )

    it.effect(
      "WeChat refuses a line (87014): the writer is told, nothing is tried again, the chat goes on",
      () =>
        Effect.gen(function* () {
          const all = yield* SharedStage
          const [a, b] = [all.person(0), all.person(1)]
          yield* pair(a, b)
          all.weChat.refuse = (_to, content) => (content.includes("不该说的") ? 87_014 : undefined)
          const before = all.weChat.pushes.length
          assertSays(yield* a.says("不该说的话"), "未能送达")
          assert.deepStrictEqual(
            all.weChat.pushes.slice(before).map(({ errcode }) => errcode),
            [87_014]
          )
          assert.isUndefined(yield* a.says("那换一句"))
          assert.strictEqual(textOf(yield* b.hears()), "那换一句")
          all.weChat.refuse = () => undefined
          assertSays(yield* b.presses("状态"), "已配对")
          assert.deepStrictEqual([a.rest(), b.rest()], [[], []])
        })
    )

    it.effect("a partner leaves: told once, and what is written after is not sent to anybody", () =>
      Effect.gen(function* () {
        const all = yield* SharedStage
        const [a, b] = [all.person(0), all.person(1)]
        yield* pair(a, b)
        assertSays(yield* a.says("#退出"), "已退出")
        assertSays(yield* b.hears(), "对方已离开")
        assertSays(yield* b.says("别走"))
        assertSays(yield* b.presses("退出"))
        assert.deepStrictEqual([a.rest(), b.rest()], [[], []])
      })
    )
  }
)
