/** What a reply carries where nothing can be pushed and what waits leaves no room. */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import type { Incoming } from "../../src/wechat/messages.ts"
import { Background } from "../../src/chat/background.ts"
import { Mailbox } from "../../src/chat/mailbox.ts"
import { Postman } from "../../src/chat/postman.ts"
import { makeReplies } from "../../src/chat/replies.ts"
import { text } from "../../src/core/content.ts"
import { word } from "../../src/core/wording.ts"
import { alice, bob } from "./chat-rig.ts"
import { clicked, paired, send, sendHeld, startSeconds, typed } from "./inbox-stage.ts"
import { line, me, notice, onStage, waiting, writer } from "./postman-stage.ts"

let pictures = 0
const picture = (from: typeof alice): Incoming => {
  pictures += 1
  const mediaId = `m${pictures}`
  return { _tag: "Image", to: "gh_0", from, createTimeSeconds: startSeconds, msgId: mediaId, mediaId }
}

/** What Bob is answered to what he does at that time. */
const bobIn = ({ servers }: Effect.Success<ReturnType<typeof paired>>) => ({
  does: (incoming: Incoming) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) =>
      sendHeld(servers[1], { ...incoming, createTimeSeconds: Math.floor(now / 1_000) }, 2_000)
    )
})

describe("what waits leaves no room in a reply", () => {
  it.effect("the answer comes at once and says how many wait; then they come", () =>
    Effect.gen(function* () {
      const stage = yield* paired({ delivery: "passive" })
      yield* send(stage.servers[0], picture(alice))
      yield* send(stage.servers[0], typed(alice, "好看吗"))
      const does = bobIn(stage).does
      const about = yield* does(clicked(bob, "关于"))
      assert.match(about ?? "", /^小猴：/u)
      assert.match(about ?? "", /还有 2 条，随便回一句/u)
      assert.strictEqual(yield* does(typed(bob, "好")), "[Image]")
      const last = yield* does(typed(bob, "看到了"))
      assert.strictEqual(last, "好看吗\n对方稍后收到。")
      assert.strictEqual(yield* does(clicked(bob, "关于")), about?.split("\n")[0])
    })
  )

  it.effect("how things stand is said anew, never late", () =>
    Effect.gen(function* () {
      const stage = yield* paired({ delivery: "passive" })
      yield* send(stage.servers[0], picture(alice))
      yield* send(stage.servers[0], picture(alice))
      const does = bobIn(stage).does
      assert.strictEqual(yield* does(clicked(bob, "状态")), "[Image]")
      yield* send(stage.servers[0], clicked(alice, "退出"))
      assert.strictEqual(yield* does(clicked(bob, "状态")), "[Image]")
      const words = yield* does(clicked(bob, "状态"))
      assert.match(words ?? "", /^对方已离开/u)
      assert.notInclude(words, "已配对")
    })
  )

  it.effect("what is typed to a partner who left is not called a wrong command", () =>
    Effect.gen(function* () {
      const stage = yield* paired({ delivery: "passive" })
      yield* send(stage.servers[0], clicked(alice, "退出"))
      const words = yield* bobIn(stage).does(typed(bob, "还在吗"))
      assert.match(words ?? "", /^对方已离开.*\n刚才这句没有发出去。$/u)
    })
  )

  it.effect("that the partner left comes behind all they sent", () =>
    Effect.gen(function* () {
      const stage = yield* paired({ delivery: "passive" })
      const long = "长".repeat(660)
      yield* send(stage.servers[0], typed(alice, long))
      yield* send(stage.servers[0], picture(alice))
      yield* send(stage.servers[0], clicked(alice, "退出"))
      const does = bobIn(stage).does
      assert.strictEqual(yield* does(clicked(bob, "状态")), long)
      assert.strictEqual(yield* does(clicked(bob, "状态")), "[Image]")
      assert.match((yield* does(clicked(bob, "状态"))) ?? "", /^对方已离开.*\n未配对/u)
    })
  )
})

it.effect(
  "a slow answer that a pair was made stands before what came of it meanwhile, behind what waited before",
  () =>
    onStage(
      () =>
        Effect.gen(function* () {
          yield* line("从前的", "room0")
          yield* line("你好")
          yield* notice("对方已离开。")
          const { compose } = yield* makeReplies
          const mail = yield* Effect.flatMap(Mailbox, (mailbox) => mailbox.peek(me))
          const { answer } = yield* compose(me, mail, [
            { words: "已配对成功。", whenFull: "news", opens: "room1" }
          ])
          assert.deepStrictEqual(
            answer,
            text(`从前的\n${word({ _tag: "Remaining", lines: 3, follow: false })}`)
          )
          assert.deepStrictEqual(yield* waiting, ["已配对成功。", "你好", "对方已离开。"])
        }).pipe(Effect.provide(Background.layer)),
      "passive"
    )
)

it.effect("what has no room in a reply outlives the server that gave it", () =>
  onStage(
    () =>
      Effect.gen(function* () {
        const { deliver } = yield* Postman
        const picture = { _tag: "Image", mediaId: "p1" } as const
        yield* deliver(me, { content: picture, group: "room0", from: writer, importance: "line" })
        const { compose } = yield* makeReplies
        const mail = yield* Effect.flatMap(Mailbox, (mailbox) => mailbox.peek(me))
        const { answer } = yield* compose(me, mail, [
          { words: "已配对成功。", whenFull: "news", opens: "room1" },
          { words: "刚才这句没有发出去。", later: "之前有一句没有发出去。", whenFull: "inTurn" }
        ])
        assert.deepStrictEqual(answer, picture)
        assert.deepStrictEqual(yield* waiting, ["已配对成功。", "之前有一句没有发出去。"])
      }).pipe(Effect.provide(Background.layer)),
    "passive"
  )
)

it.effect("who is at the mailbox for a moment is waited for, and not overtaken", () =>
  onStage(
    () =>
      Effect.gen(function* () {
        yield* notice("对方已离开。")
        const mailbox = yield* Mailbox
        const { compose } = yield* makeReplies
        const mail = yield* mailbox.peek(me)
        yield* mailbox.hold(me)
        const composing = yield* Effect.forkChild(
          compose(me, mail, [{ words: "刚才这句没有发出去。", whenFull: "inTurn" }])
        )
        yield* TestClock.adjust("200 millis")
        yield* mailbox.letGo(me)
        yield* TestClock.adjust("200 millis")
        const { answer } = yield* Fiber.join(composing)
        assert.deepStrictEqual(answer, text("对方已离开。\n刚才这句没有发出去。"))
      }).pipe(Effect.provide(Background.layer)),
    "passive"
  )
)
