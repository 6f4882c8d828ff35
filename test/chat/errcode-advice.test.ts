/** What becomes of a line for every errcode that WeChat may answer a push with: the advice of the protocol notes (5, 6.4), carried out. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { keys } from "../../src/chat/keys.ts"
import { word } from "../../src/core/wording.ts"
import { Memcached } from "../../src/memcached/memcached.ts"
import { AccessToken } from "../../src/wechat/access-token.ts"
import { errcodes } from "../../src/wechat/errcodes.ts"
import { WeChatApi } from "../../src/wechat/api.ts"
import { ApiTransport } from "../../src/wechat/api-transport.ts"
import {
  type Answer,
  type Asked,
  fakeWeChat,
  ok,
  refusal,
  sendPath,
  tokenAnswer,
  tokenPath
} from "../wechat/fake-wechat.ts"
import { alice, bob, carol, dave, type Rig, startMillis } from "./chat-rig.ts"
import { comesByItself, namesOf } from "./errcode-courses.ts"
import { clicked, paired, send, typed } from "./inbox-stage.ts"

/** Of real time. */
const shortly = Effect.promise(() => new Promise((done) => setTimeout(done, 4)))

/** Real calls to a WeChat on loopback take real time, and pauses between them are of the test clock. */
const letPass = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(work)
    while (fiber.pollUnsafe() === undefined) {
      yield* shortly
      yield* TestClock.adjust(50)
    }
    return yield* Fiber.join(fiber)
  })

interface Push {
  readonly to: string
  readonly words: string
}

const pushOf = ({ body }: Asked): Push => {
  const { touser, text } = JSON.parse(body) as { touser: string; text: { content: string } }
  return { to: touser, words: text.content }
}

/** Alice and Bob are a pair, and WeChat answers pushes to Bob as told from now on. */
const stage = Effect.gen(function* () {
  const asked = { answer: (_push: Push, _nth: number): Answer => ok }
  let sends = 0
  const weChat = yield* fakeWeChat((call, nth) => {
    if (call.path === tokenPath) return tokenAnswer(nth)
    if (call.path !== sendPath || pushOf(call).to !== bob) return ok
    sends += 1
    return asked.answer(pushOf(call), sends)
  })
  const api = WeChatApi.layer({ apiUrl: weChat.url }).pipe(
    Layer.provide(AccessToken.layer({ apiUrl: weChat.url, appId: "wx0", appSecret: Redacted.make("s") })),
    Layer.provide([ApiTransport.layer, Memcached.layerMemory])
  )
  const { rig, servers } = yield* letPass(paired({ api }))
  sends = 0
  const before = weChat.askedAt(sendPath).length
  const pushes = (to: string) =>
    weChat
      .askedAt(sendPath)
      .slice(before)
      .map(pushOf)
      .filter((push) => push.to === to)
      .map(({ words }) => words)
  const says = (words: string) => letPass(send(servers[0], typed(alice, words)))
  const bobSays = (words: string) => letPass(send(servers[1], typed(bob, words)))
  return { asked, pushes, rig, servers, says, bobSays }
})

const waits = (rig: Rig): boolean => rig.store.read(keys.mail(bob), startMillis) !== undefined

describe("a push that WeChat refuses", () => {
  it.effect.each(namesOf("tried thrice, then by itself"))(
    "$code $name: twice again, then it goes by itself",
    ({ code }) =>
      Effect.gen(function* () {
        const { asked, pushes, says, rig } = yield* stage
        asked.answer = () => refusal(code)
        assert.include(yield* says("你好"), "对方稍后收到")
        assert.deepStrictEqual(pushes(bob), ["你好", "你好", "你好"])
        asked.answer = () => ok
        yield* letPass(Effect.sleep("11 seconds"))
        assert.lengthOf(pushes(bob), 4)
        assert.isFalse(waits(rig))
      })
  )

  it.effect.each([1, 2, 3])(
    "-1 to each of %i tries, and the reader leaves during the last: the line goes no more, and its writer hears so",
    (tries) =>
      Effect.gen(function* () {
        const { asked, pushes, rig, servers } = yield* stage
        const goes = () => pushes(bob).filter((words) => words === "你好").length
        const left = Promise.withResolvers<void>()
        const busy = refusal(errcodes.busy.code)
        asked.answer = (_push, nth) => (nth < tries ? busy : { ...busy, after: left.promise })
        const saying = yield* Effect.forkChild(send(servers[0], typed(alice, "你好")))
        for (yield* shortly; goes() < tries; yield* shortly) yield* TestClock.adjust(50)
        yield* send(servers[1], clicked(bob, "退出"))
        asked.answer = () => ok
        left.resolve()
        assert.include(yield* letPass(Fiber.join(saying)), "没有发出去")
        yield* letPass(Effect.sleep("11 seconds"))
        assert.strictEqual(goes(), tries)
        assert.isFalse(waits(rig))
      })
  )

  it.effect("no answer at all, and the reader leaves meanwhile: its writer hears that nobody knows", () =>
    Effect.gen(function* () {
      const { asked, pushes, servers } = yield* stage
      asked.answer = () => ({ body: {}, after: "never" })
      const saying = yield* Effect.forkChild(send(servers[0], typed(alice, "你好")))
      while (!pushes(bob).includes("你好")) yield* shortly
      asked.answer = () => ok
      yield* send(servers[1], clicked(bob, "退出"))
      assert.strictEqual(yield* letPass(Fiber.join(saying)), word({ _tag: "Unsure" }))
    })
  )

  it.effect.each(namesOf("new token"))("$code $name: once more with a new token", ({ code }) =>
    Effect.gen(function* () {
      const { asked, pushes, says } = yield* stage
      asked.answer = (_push, nth) => (nth === 1 ? refusal(code) : ok)
      assert.isUndefined(yield* says("你好"))
      assert.deepStrictEqual(pushes(bob), ["你好", "你好"])
      asked.answer = () => refusal(code)
      assert.include(yield* says("在吗"), "对方稍后收到")
      assert.lengthOf(pushes(bob), 4)
    })
  )

  it.effect.each([...namesOf("account pauses"), ...namesOf("account stops"), ...namesOf("passive")])(
    "$code $name: it waits, and nobody is pushed to for a while",
    ({ code, name }) =>
      Effect.gen(function* () {
        const { asked, pushes, says, servers, rig } = yield* stage
        asked.answer = () => refusal(code)
        assert.include(yield* says("你好"), "对方稍后收到")
        asked.answer = () => ok
        assert.include(yield* says("在吗"), "对方稍后收到")
        assert.deepStrictEqual(pushes(bob), ["你好"])
        // Nor another pair: what Carol has to hear comes with her next word.
        yield* Effect.forkChild(send(servers[0], clicked(carol, "配对")))
        yield* letPass(Effect.sleep(300))
        yield* Effect.forkChild(send(servers[0], clicked(dave, "配对")))
        yield* letPass(Effect.sleep(300))
        assert.deepStrictEqual(pushes(carol), [])
        yield* TestClock.adjust("11 minutes")
        yield* letPass(Effect.sleep(500))
        assert.strictEqual(waits(rig), !comesByItself(name))
      })
  )

  it.effect.each(namesOf("waits for the receiver"))(
    "$code $name: it rides on the receiver's next reply; WeChat is not asked before",
    ({ code }) =>
      Effect.gen(function* () {
        const { asked, pushes, says, bobSays } = yield* stage
        asked.answer = () => refusal(code)
        for (const words of ["一", "二"]) assert.include(yield* says(words), "对方稍后收到")
        assert.deepStrictEqual(pushes(bob), ["一"])
        asked.answer = () => ok
        assert.strictEqual(yield* bobSays("来了"), "一\n二")
        assert.isUndefined(yield* says("三"))
        assert.deepStrictEqual(pushes(bob), ["一", "三"])
      })
  )

  it.effect.each(namesOf("gone"))(
    "$code $name: the pair ends, and the writer hears no more than that",
    ({ code }) =>
      Effect.gen(function* () {
        const { asked, pushes, says, servers } = yield* stage
        asked.answer = () => refusal(code)
        assert.include(yield* says("你好"), "对方已离开")
        assert.deepStrictEqual(pushes(bob), ["你好"])
        for (const who of [alice, bob]) assert.strictEqual(yield* servers[0].status(who), 0)
      })
  )

  it.effect.each(namesOf("split"))("$code $name: in smaller parts", ({ code }) =>
    Effect.gen(function* () {
      const { asked, pushes, says } = yield* stage
      const long = "很长的话".repeat(60)
      asked.answer = ({ words }) => (words.length > 150 ? refusal(code) : ok)
      assert.isUndefined(yield* says(long))
      const [first, ...parts] = pushes(bob)
      assert.deepStrictEqual([first, parts.join("")], [long, long])
    })
  )

  it.effect.each([...namesOf("unsendable"), ...namesOf("refused")])(
    "$code $name: not again, not kept, and the writer is told",
    ({ code, name }) =>
      Effect.gen(function* () {
        const { asked, pushes, says, rig } = yield* stage
        asked.answer = () => refusal(code)
        const words = name === "contentRefused" ? "未能送达" : "微信不让转发"
        assert.include(yield* says("你好"), words)
        assert.isFalse(waits(rig))
        asked.answer = () => ok
        assert.isUndefined(yield* says("在吗"))
        assert.deepStrictEqual(pushes(bob), ["你好", "在吗"])
      })
  )
})

describe("a push that WeChat does not answer", () => {
  const answers: ReadonlyArray<readonly [string, Answer]> = [
    ["500", { status: 500, body: "" }],
    ["503", { status: 503, body: "<html>" }],
    ["a connection that breaks", { body: "", after: "cut" }],
    ["nothing that can be understood", { body: "<html>" }]
  ]
  it.effect.each(answers)(
    "%s: not again, since it may have arrived, and the writer hears that",
    ([, answer]) =>
      Effect.gen(function* () {
        const { asked, pushes, says, rig } = yield* stage
        asked.answer = () => answer
        assert.include(yield* says("你好"), "不知道对方有没有收到")
        assert.deepStrictEqual([pushes(bob), waits(rig)], [["你好"], false])
      })
  )
})
