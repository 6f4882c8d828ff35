import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { Conversations } from "../../src/chat/conversations.ts"
import { Duplicates } from "../../src/chat/duplicates.ts"
import { eventOf } from "../../src/chat/incoming-event.ts"
import { Ledger } from "../../src/chat/ledger.ts"
import { duplicateKey, type Incoming } from "../../src/wechat/messages.ts"
import { alice, bob, carol, makeRig, pushedTo, type Server, startServer } from "./chat-rig.ts"
import { answer, clicked, paired, send, typed, wordsOf } from "./inbox-stage.ts"

/** A server does all that a message asks for, and dies before it can say so. */
const diesBeforeAnswering = (server: Server, incoming: Incoming) =>
  server
    .run(
      Effect.gen(function* () {
        const duplicates = yield* Duplicates
        const conversations = yield* Conversations
        const claim = yield* duplicates.tryClaim(duplicateKey(incoming))
        const event = eventOf(incoming)
        if (claim._tag !== "Mine" || event === undefined) throw new Error("not a new message")
        yield* conversations.handle(incoming.from, event, { firstToSend: claim.firstToSend })
      })
    )
    .pipe(Effect.andThen(server.settled))

/** WeChat's second attempt, on the other server. */
const secondAttempt = Effect.fnUntraced(function* (server: Server, incoming: Incoming) {
  yield* TestClock.adjust(5_000)
  const fiber = yield* Effect.forkChild(answer(server, incoming))
  yield* TestClock.adjust(4_499)
  return wordsOf(yield* Fiber.join(fiber)) ?? ""
})

describe("of a server that died after the effect and before the answer", () => {
  it.effect("a line is not passed on again, and the writer hears that it may be missing", () =>
    Effect.gen(function* () {
      const { rig, servers } = yield* paired()
      const line = typed(alice, "只说一次")
      yield* diesBeforeAnswering(servers[0], line)
      assert.include(yield* secondAttempt(servers[1], line), "不知道对方有没有收到")
      assert.deepStrictEqual(pushedTo(rig, bob), ["只说一次"])
    })
  )

  it.effect("a line of a chat that has ended since is not called unsent: it may have arrived", () =>
    Effect.gen(function* () {
      const { rig, servers } = yield* paired()
      const line = typed(alice, "只说一次")
      yield* diesBeforeAnswering(servers[0], line)
      assert.deepStrictEqual(pushedTo(rig, bob), ["只说一次"])
      yield* send(servers[1], clicked(bob, "退出"))
      const answer = yield* secondAttempt(servers[1], line)
      assert.include(answer, "不知道对方有没有收到")
      assert.notInclude(answer, "没有发出去")
    })
  )

  it.effect("the allowance of the receiver is not used up by a line that is not passed on again", () =>
    Effect.gen(function* () {
      const { servers } = yield* paired()
      const line = typed(alice, "只说一次")
      yield* diesBeforeAnswering(servers[1], line)
      // This server saw Alice in the chat before, and counts the push while it asks whether it may be sent.
      assert.include(yield* secondAttempt(servers[0], line), "不知道对方有没有收到")
      const { allowance } = yield* servers[0].run(Effect.flatMap(Ledger, (ledger) => ledger.read(bob)))
      assert.strictEqual(allowance.used, 1)
    })
  )

  it.effect("a pair that was made is told and kept, by 配对 and by 更换, pressed or written", () =>
    Effect.gen(function* () {
      const rig = yield* makeRig()
      const servers = [yield* startServer(rig), yield* startServer(rig)] as const
      for (const asked of [clicked(alice, "配对"), clicked(alice, "更换"), typed(alice, "#更换")]) {
        yield* send(servers[1], clicked(bob, "配对"))
        yield* diesBeforeAnswering(servers[0], asked)
        assert.include(yield* secondAttempt(servers[1], asked), "已配对成功，可以开始聊天")
        assert.strictEqual(yield* servers[1].status(bob), 11)
        assert.strictEqual(pushedTo(rig, bob).filter((words) => words.includes("对方已离开")).length, 0)
        yield* send(servers[0], clicked(bob, "退出"))
        rig.pushes.length = 0
      }
    })
  )

  it.effect("配对 in a pair shows it again, and does not change the partner", () =>
    Effect.gen(function* () {
      const { servers } = yield* paired()
      yield* TestClock.adjust(60_000)
      const asked = clicked(alice, "配对")
      yield* diesBeforeAnswering(servers[0], asked)
      assert.include(yield* secondAttempt(servers[1], asked), "已配对：")
      assert.deepStrictEqual([yield* servers[0].status(alice), yield* servers[0].status(bob)], [12, 11])
    })
  )

  it.effect("who left has left, who looks looks in one place, who went into tease mode is in it", () =>
    Effect.gen(function* () {
      const { rig, servers } = yield* paired()
      const left = clicked(alice, "退出")
      yield* diesBeforeAnswering(servers[0], left)
      assert.include(yield* secondAttempt(servers[1], left), "已退出。")
      const looks = clicked(alice, "配对")
      yield* diesBeforeAnswering(servers[0], looks)
      assert.include(yield* secondAttempt(servers[1], looks), "正在配对")
      assert.include(yield* send(servers[0], clicked(carol, "配对")), "已配对成功")
      assert.strictEqual(pushedTo(rig, bob).filter((words) => words.includes("对方已离开")).length, 1)
      yield* send(servers[0], clicked(alice, "退出"))
      const teases = typed(alice, "调戏")
      yield* diesBeforeAnswering(servers[0], teases)
      assert.include(yield* secondAttempt(servers[1], teases), "调戏我")
      assert.strictEqual(yield* servers[0].status(alice), 2)
    })
  )
})
