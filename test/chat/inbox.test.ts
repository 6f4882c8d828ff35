import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Schema } from "effect"
import { TestClock } from "effect/testing"
import { keys } from "../../src/chat/keys.ts"
import { replyBudgetMillis } from "../../src/chat/answer.ts"
import type { Openid } from "../../src/core/openid.ts"
import type { Incoming } from "../../src/wechat/messages.ts"
import { alice, bob, makeRig, pushedTo, startServer } from "./chat-rig.ts"
import { failAlways } from "./faulty-memcached.ts"
import { answer, clicked, paired, send, sendHeld, startSeconds, typed, wordsOf } from "./inbox-stage.ts"

describe("attempts", () => {
  it.effect.prop(
    "three of one message, at once or in turn, on one server or two: one line, three equal answers",
    [Schema.Boolean, Schema.Literals([1, 2]), Schema.Literals(["你好", "配对"])],
    ([atOnce, serverCount, words]) =>
      Effect.gen(function* () {
        const { rig, servers } = yield* paired()
        const message = typed(alice, words)
        const attempts = yield* Effect.forkChild(
          Effect.forEach([0, 1, 2], (index) => send(servers[index % serverCount === 0 ? 0 : 1], message), {
            concurrency: atOnce ? "unbounded" : 1
          })
        )
        yield* TestClock.adjust(2_000)
        const answers = yield* Fiber.join(attempts)
        assert.deepStrictEqual(pushedTo(rig, bob), [words])
        assert.strictEqual(new Set(answers).size, 1)
        assert.strictEqual(answers[0] === undefined, words === "你好")
      })
  )

  it.effect("lines of one writer keep their order, though the first is slow", () =>
    Effect.gen(function* () {
      const { rig, servers } = yield* paired()
      rig.answerPush = () => {
        rig.answerPush = () => Effect.void
        return Effect.sleep(2_000)
      }
      const fibers = yield* Effect.forEach(["one", "two", "three"], (words) =>
        Effect.forkChild(send(servers[0], typed(alice, words)))
      )
      yield* TestClock.adjust(3_000)
      yield* Effect.forEach(fibers, Fiber.join)
      assert.deepStrictEqual(pushedTo(rig, bob), ["one", "two", "three"])
    })
  )
})

describe("an answer that takes too long", () => {
  const slowPush = (millis: number) => (to: Openid) => (to === bob ? Effect.sleep(millis) : Effect.void)

  it.effect("is not waited for beyond the budget, and comes by push", () =>
    Effect.gen(function* () {
      const { rig, servers } = yield* paired()
      rig.answerPush = slowPush(6_000)
      const attempt = yield* Effect.forkChild(answer(servers[0], typed(alice, "配对")))
      yield* TestClock.adjust(replyBudgetMillis - 1)
      assert.isUndefined(attempt.pollUnsafe())
      yield* TestClock.adjust(1)
      assert.isUndefined(yield* Fiber.join(attempt))
      yield* TestClock.adjust(2_000)
      yield* servers[0].settled
      assert.deepStrictEqual(pushedTo(rig, bob), ["配对"])
      assert.deepStrictEqual(
        pushedTo(rig, alice).map((words) => words.includes("#配对")),
        [true]
      )
    })
  )

  it.effect.prop(
    "comes once, also when WeChat sends again",
    [Schema.Literals([5_000, 5_500, 7_000])],
    ([secondAtMillis]) =>
      Effect.gen(function* () {
        const { rig, servers } = yield* paired()
        rig.answerPush = slowPush(6_000)
        const message = typed(alice, "配对")
        const first = yield* Effect.forkChild(answer(servers[0], message))
        yield* TestClock.adjust(secondAtMillis)
        const second = yield* Effect.forkChild(answer(servers[1], message))
        yield* TestClock.adjust(replyBudgetMillis)
        yield* servers[0].settled
        const answers = [yield* Fiber.join(first), yield* Fiber.join(second)].map(wordsOf)
        const told = [...answers, ...pushedTo(rig, alice)].filter((words) => words?.includes("#配对"))
        assert.lengthOf(told, 1)
        assert.deepStrictEqual(pushedTo(rig, bob), ["配对"])
      })
  )
})

describe("a memcached that does not answer", () => {
  it.effect("the user gets a sentence; afterwards all works again", () =>
    Effect.gen(function* () {
      const { rig, servers } = yield* paired()
      failAlways(rig.faults, "drop")
      assert.include(yield* send(servers[0], typed(alice, "你好")), "忙不过来")
      assert.include(yield* send(servers[0], clicked(alice, "配对")), "忙不过来")
      rig.faults.fateOf = () => "proceed"
      assert.isUndefined(yield* send(servers[0], typed(alice, "在吗")))
      assert.deepStrictEqual(pushedTo(rig, bob), ["在吗"])
    })
  )
})

describe("what waits for a user", () => {
  it.effect("rides on the next answer: lines first, oldest first, then our words", () =>
    Effect.gen(function* () {
      const { rig, servers } = yield* paired({ delivery: "passive" })
      for (const words of ["one", "two"]) {
        assert.include(yield* send(servers[0], typed(alice, words)), "对方稍后收到")
      }
      assert.lengthOf(rig.pushes, 0)
      const status = yield* send(servers[1], typed(bob, "#状态"))
      assert.match(status ?? "", /^one\ntwo\n已配对/u)
      assert.isUndefined(rig.store.read(keys.mail(bob), 0))
    })
  )

  it.effect("the whole chat works for an account that may not push", () =>
    Effect.gen(function* () {
      const rig = yield* makeRig({ delivery: "passive" })
      const servers = [yield* startServer(rig), yield* startServer(rig)] as const
      const asked = yield* sendHeld(servers[0], typed(alice, "配对"))
      assert.match(asked ?? "", /正在配对.*随便发一句/u)
      assert.include(yield* send(servers[1], typed(bob, "配对")), "已配对成功")
      assert.include(yield* send(servers[0], typed(alice, "有人吗")), "已配对成功")
      const read = yield* send(servers[1], typed(bob, "你好"))
      assert.include(read, "对方稍后收到")
      assert.match((yield* send(servers[0], typed(alice, "#退出"))) ?? "", /^你好\n已退出/u)
      assert.include(yield* send(servers[1], typed(bob, "还在吗")), "对方已离开")
      assert.lengthOf(rig.pushes, 0)
    })
  )

  it.effect("thirty lines to a silent partner all arrive, in order, once", () =>
    Effect.gen(function* () {
      const { rig, servers } = yield* paired()
      const lines = Array.from({ length: 30 }, (_, number) => `line ${number}`)
      for (const words of lines) yield* send(servers[0], typed(alice, words))
      const pushedFirst = pushedTo(rig, bob).length
      assert.isAtLeast(pushedFirst, 3)
      assert.isAtMost(pushedFirst, 5)
      const read = yield* send(servers[1], typed(bob, "哦"))
      const received = [...pushedTo(rig, bob), ...(read ?? "").split("\n")]
      assert.deepStrictEqual(received, lines)
    })
  )
})

describe("more than one reply carries", () => {
  const long = (count: number) =>
    Array.from({ length: count }, (_, number) => `${number + 1} ${"很长的话".repeat(40)}`)
  const remaining = (reply: string | undefined) => {
    const read = (reply ?? "").split("\n")
    return { lines: read.slice(0, -1), note: read.at(-1) ?? "" }
  }

  it.effect.each([
    { count: 18, note: (left: number) => `还有 ${left} 条，马上就到` },
    { count: 60, note: (left: number) => `还有 ${left} 条，随便回一句` }
  ])("says how many remain, and whether they come by themselves: $count", ({ count, note: expected }) =>
    Effect.gen(function* () {
      const { rig, servers } = yield* paired()
      const spoken = long(count)
      for (const words of spoken) yield* send(servers[0], typed(alice, words))
      const first = pushedTo(rig, bob).length
      rig.pushes.length = 0
      const { lines, note } = remaining(yield* sendHeld(servers[1], typed(bob, "哦"), 2_000))
      assert.include(note, expected(count - first - lines.length))
      const followed = pushedTo(rig, bob).flatMap((words) => words.split("\n"))
      assert.deepStrictEqual(
        [...lines, ...followed],
        spoken.slice(first, first + lines.length + followed.length)
      )
      assert.strictEqual(first + lines.length + followed.length === count, count === 18)
    })
  )

  it.effect("is told in the last line of every such reply where nothing can be pushed", () =>
    Effect.gen(function* () {
      const { servers } = yield* paired({ delivery: "passive" })
      const spoken = long(20)
      for (const words of spoken) yield* send(servers[0], typed(alice, words))
      const read: Array<string> = []
      for (let asked = 0; read.length < spoken.length && asked < 10; asked += 1) {
        const { lines, note } = remaining(yield* sendHeld(servers[1], typed(bob, "#状态"), 2_000))
        const carried = lines.filter((words) => spoken.includes(words))
        read.push(...carried)
        const left = spoken.length - read.length
        if (left > 0) assert.include(note, `还有 ${left} 条，随便回一句`)
        else assert.notInclude(note, "还有")
      }
      assert.deepStrictEqual(read, spoken)
    })
  )
})

describe("events", () => {
  it.effect("that mean nothing are answered with nothing", () =>
    Effect.gen(function* () {
      const rig = yield* makeRig()
      const server = yield* startServer(rig)
      const other: Incoming = {
        _tag: "OtherEvent",
        to: "gh_0",
        from: alice,
        createTimeSeconds: startSeconds,
        event: "view",
        key: ""
      }
      assert.isUndefined(yield* send(server, other))
    })
  )

  it.effect("a picture, a place and a link go on; a sticker is explained", () =>
    Effect.gen(function* () {
      const { rig, servers } = yield* paired()
      const common = { to: "gh_0", from: alice, createTimeSeconds: startSeconds }
      const things: ReadonlyArray<Incoming> = [
        { _tag: "Image", ...common, msgId: "i1", mediaId: "m" },
        { _tag: "Location", ...common, msgId: "l1", latitude: 31.2, longitude: 121.4, label: "图书馆" },
        { _tag: "Location", ...common, msgId: "l3", latitude: 51.5, longitude: -1e-7, label: "" },
        { _tag: "Link", ...common, msgId: "l2", title: "题", description: "", url: "https://example.org/" }
      ]
      for (const thing of things) assert.isUndefined(yield* send(servers[0], thing))
      assert.deepStrictEqual(pushedTo(rig, bob), [
        "[Image]",
        "[位置] 图书馆\n31.2,121.4",
        "[位置] 51.5,0",
        "[链接] 题\nhttps://example.org/"
      ])
      assert.include(yield* send(servers[0], { _tag: "Sticker", ...common, msgId: "s1" }), "表情")
      assert.lengthOf(rig.pushes, things.length)
    })
  )
})
