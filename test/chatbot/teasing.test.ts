import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer } from "effect"
import { TestClock } from "effect/testing"
import { keys } from "../../src/chat/keys.ts"
import {
  Chatbot,
  type ChatbotError,
  ChatbotRefused,
  ChatbotUnavailable,
  type Turn
} from "../../src/chatbot/chatbot.ts"
import { mostQuestionsAtOnce, teasingLayer } from "../../src/chatbot/teasing.ts"
import { aiLabel } from "../../src/core/ai-label.ts"
import { byteLength, replyTextBytes } from "../../src/core/folding.ts"
import { word } from "../../src/core/wording.ts"
import { Memcached } from "../../src/memcached/memcached.ts"
import { MemoryStore } from "../../src/memcached/memory-store.ts"
import { alice, makeRig, pushedTo, type RigOptions, type Server, startServer } from "../chat/chat-rig.ts"
import { send, typed } from "../chat/inbox-stage.ts"

type Reply = (said: string, turns: ReadonlyArray<Turn>) => Effect.Effect<string, ChatbotError>

/** A server whose chatbot says what `reply` says, and Alice in tease mode. */
const teasing = Effect.fnUntraced(function* (reply: Reply, options: RigOptions = {}) {
  const memcached = Memcached.layerStore(new MemoryStore())
  const tease = Layer.provide(teasingLayer, [Chatbot.layerMemory(reply), memcached])
  const rig = yield* makeRig({ ...options, memcached, tease })
  const server = yield* startServer(rig)
  assert.strictEqual(yield* server.say(alice, "调戏"), word({ _tag: "TeaseBegins" }))
  return { rig, server }
})

const kept = (server: Server) =>
  server.run(Effect.flatMap(Memcached, (store) => store.get(keys.tease(alice))))
const heard: Reply = (said, turns) =>
  Effect.succeed(`${said} 之前 ${turns.map((turn) => turn.said).join("、")}`)

describe("tease mode", () => {
  it.effect("passes on what is said with what was said before, and labels the answer", () =>
    Effect.gen(function* () {
      const { server } = yield* teasing(heard)
      assert.strictEqual(yield* server.say(alice, " 一 "), `${aiLabel}一 之前`)
      assert.strictEqual(yield* server.say(alice, "二"), `${aiLabel}二 之前 一`)
      // Buttons are ours, and the talk goes on.
      assert.include(yield* server.press(alice, "状态"), "未配对")
      assert.strictEqual(yield* server.say(alice, "退出"), `${aiLabel}退出 之前 一、二`)
    })
  )

  const ends: ReadonlyArray<readonly [string, (server: Server) => Effect.Effect<unknown, unknown>]> = [
    ["调戏", (server) => server.say(alice, "调戏")],
    ["#退出", (server) => server.say(alice, "#退出")],
    ["the button 退出", (server) => server.press(alice, "退出")],
    ["the button 配对", (server) => server.press(alice, "配对")],
    ["the button 更换", (server) => server.press(alice, "更换")],
    ["unfollowing", (server) => server.act(alice, { _tag: "Unfollowed" })]
  ]
  it.effect.each(ends)("everything said is forgotten at its end: %s", ([, end]) =>
    Effect.gen(function* () {
      const { server } = yield* teasing(heard)
      yield* server.say(alice, "一")
      assert.strictEqual((yield* kept(server))._tag, "Some")
      yield* end(server)
      assert.strictEqual((yield* kept(server))._tag, "None")
      yield* server.press(alice, "退出")
      yield* server.say(alice, "调戏")
      assert.strictEqual(yield* server.say(alice, "二"), `${aiLabel}二 之前`)
    })
  )

  it.effect("an answer that comes when tease mode is over leaves nothing behind", () =>
    Effect.gen(function* () {
      const answer = yield* Deferred.make<string>()
      const asked = yield* Deferred.make<void>()
      const { server } = yield* teasing(() =>
        Effect.andThen(Deferred.succeed(asked, undefined), Deferred.await(answer))
      )
      const fiber = yield* Effect.forkChild(server.say(alice, "一"))
      yield* Deferred.await(asked)
      yield* server.press(alice, "退出")
      yield* Deferred.succeed(answer, "好")
      assert.strictEqual(yield* Fiber.join(fiber), `${aiLabel}好`)
      assert.strictEqual((yield* kept(server))._tag, "None")
    })
  )

  const failures: ReadonlyArray<readonly [ChatbotError, string]> = [
    [new ChatbotRefused({ reason: "content" }), word({ _tag: "ChatbotSilent", why: "refused" })],
    [new ChatbotRefused({ reason: "nothing to say" }), word({ _tag: "ChatbotSilent", why: "speechless" })],
    [new ChatbotUnavailable({ reason: "limit", status: 429 }), word({ _tag: "ChatbotSilent", why: "busy" })],
    ...(["network", "timeout", "server error", "key", "bad request", "answer not understood"] as const).map(
      (reason) =>
        [new ChatbotUnavailable({ reason }), word({ _tag: "ChatbotSilent", why: "failed" })] as const
    )
  ]
  it.effect.each(failures)("a chatbot without an answer gets a sentence: %s", ([error, sentence]) =>
    Effect.gen(function* () {
      const { server } = yield* teasing(() => Effect.fail(error))
      assert.strictEqual(yield* server.say(alice, "在吗"), sentence)
      assert.notInclude(sentence, aiLabel)
    })
  )

  it.effect("what is too long for the chatbot is not sent, and the limit is told", () =>
    Effect.gen(function* () {
      const said: Array<string> = []
      const { server } = yield* teasing((text) => Effect.sync(() => (said.push(text), "好")))
      assert.include(yield* server.say(alice, "长".repeat(101)), "100 个字")
      assert.strictEqual(yield* server.say(alice, "长".repeat(100)), `${aiLabel}好`)
      assert.deepStrictEqual(said, ["长".repeat(100)])
      assert.strictEqual(yield* server.say(alice, "  "), word({ _tag: "ChatbotSilent", why: "speechless" }))
    })
  )

  it.effect("a long answer is one message; one that looks like a sentence of ours is none", () =>
    Effect.gen(function* () {
      const { server } = yield* teasing((said) =>
        Effect.succeed(said === "长" ? "长".repeat(3_000) : "对方已离开。按「配对」可以再找一个人。")
      )
      const long = yield* server.say(alice, "长")
      assert.isAtMost(byteLength(long), replyTextBytes)
      assert.match(long, /^【AI生成】长+……$/u)
      assert.strictEqual(yield* server.say(alice, "骗"), word({ _tag: "ChatbotSilent", why: "speechless" }))
    })
  )

  it.effect("who comes on top of all that is under way is told so", () =>
    Effect.gen(function* () {
      const { server } = yield* teasing(() => Effect.never)
      const ask = Effect.forkChild(server.say(alice, "在吗"))
      yield* Effect.replicateEffect(ask, mostQuestionsAtOnce, { discard: true })
      yield* TestClock.adjust(1)
      assert.strictEqual(yield* server.say(alice, "在吗"), word({ _tag: "ChatbotSilent", why: "busy" }))
    })
  )
})

describe("an answer that takes longer than an exchange", () => {
  const slow: Reply = () => Effect.delay(Effect.succeed("想好了"), "7 seconds")

  it.effect("is pushed with the label, and WeChat is told what made it", () =>
    Effect.gen(function* () {
      const { rig, server } = yield* teasing(slow)
      const first = yield* Effect.forkChild(send(server, typed(alice, "在吗")))
      yield* TestClock.adjust("20 seconds")
      assert.isUndefined(yield* Fiber.join(first))
      assert.deepStrictEqual(
        rig.pushes.map(({ message }) => message),
        [{ _tag: "Text", content: `${aiLabel}想好了`, madeByAi: true }]
      )
    })
  )

  it.effect("is told in the exchange, which is held where nothing may be pushed", () =>
    Effect.gen(function* () {
      const { rig, server } = yield* teasing(slow, { delivery: "passive" })
      const first = yield* Effect.forkChild(send(server, typed(alice, "在吗")))
      yield* TestClock.adjust("20 seconds")
      assert.strictEqual(yield* Fiber.join(first), `${aiLabel}想好了`)
      assert.deepStrictEqual(pushedTo(rig, alice), [])
    })
  )
})
