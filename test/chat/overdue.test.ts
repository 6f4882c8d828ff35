/** What comes with WeChat's second or third attempt only: the one it was meant for may be another by then. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { TestClock } from "effect/testing"
import { LastPartners } from "../../src/chat/last-partners.ts"
import { Blocks } from "../../src/chat/blocks.ts"
import { word } from "../../src/core/wording.ts"
import type { Incoming } from "../../src/wechat/messages.ts"
import { alice, bob, carol, pushedTo, startMillis } from "./chat-rig.ts"
import { clicked, paired, send, startSeconds, typed } from "./inbox-stage.ts"

const attemptGapMillis = 5_000
const aWhileMillis = 10_000
const madeSeconds = startSeconds + aWhileMillis / 1_000

/** Alice does something of which the first attempts are lost, gets Carol instead of Bob, and then it comes. */
const comesLate = Effect.fnUntraced(function* (incoming: Incoming, lost = 1) {
  const stage = yield* paired()
  const [server] = stage.servers
  yield* TestClock.setTime(startMillis + aWhileMillis)
  const now = { createTimeSeconds: madeSeconds + 1 }
  yield* TestClock.adjust(1_000)
  yield* send(server, { ...clicked(carol, "配对"), ...now })
  yield* TestClock.adjust(500)
  assert.include(yield* send(server, { ...clicked(alice, "更换"), ...now }), "已配对成功")
  yield* TestClock.adjust(lost * attemptGapMillis - 1_500)
  const words = yield* send(server, { ...incoming, createTimeSeconds: madeSeconds })
  return { ...stage, words }
})

describe("what WeChat's first attempts did not bring", () => {
  it.effect.each([1, 2])("no line reaches who was no partner when it was written: %i lost", (lost) =>
    Effect.gen(function* () {
      const { rig, words } = yield* comesLate(typed(alice, "只给你"), lost)
      assert.strictEqual(words, word({ _tag: "NotSent" }))
      assert.notInclude(pushedTo(rig, carol), "只给你")
      assert.notInclude(pushedTo(rig, bob), "只给你")
    })
  )

  it.effect.each([alice, bob])(
    "a line from a chat that is over is not taken for a word to us: %s left",
    (leaver) =>
      Effect.gen(function* () {
        const { servers } = yield* paired()
        yield* TestClock.setTime(startMillis + aWhileMillis + 1_000)
        yield* send(servers[1], { ...clicked(leaver, "退出"), createTimeSeconds: madeSeconds + 1 })
        yield* TestClock.adjust(attemptGapMillis - 1_000)
        const late = { ...typed(alice, "还在吗"), createTimeSeconds: madeSeconds }
        assert.strictEqual(yield* send(servers[0], late), word({ _tag: "NotSent" }))
        yield* TestClock.adjust(attemptGapMillis)
        const fresh = {
          ...typed(alice, "有人吗"),
          createTimeSeconds: madeSeconds + 2 * (attemptGapMillis / 1_000)
        }
        assert.notInclude(yield* send(servers[0], fresh), "没有发出去")
      })
  )

  it.effect.each(["退出", "更换", "配对"] as const)("%s ends no pair that was made since", (button) =>
    Effect.gen(function* () {
      const { servers, words } = yield* comesLate(clicked(alice, button))
      assert.match(words ?? "", /^已配对，/u)
      assert.strictEqual((yield* servers[1].partner(alice)).pipe(Option.getOrUndefined), carol)
    })
  )

  it.effect("a report is about the partner of that time", () =>
    Effect.gen(function* () {
      const { servers } = yield* comesLate(typed(alice, "#举报"))
      const blocks = yield* servers[0].run(Effect.map(Blocks, (known) => known.of(alice)))
      assert.deepStrictEqual([...blocks], [bob])
      assert.strictEqual((yield* servers[0].partner(alice)).pipe(Option.getOrUndefined), carol)
      const last = yield* servers[0].run(Effect.flatMap(LastPartners, (partners) => partners.of(alice)))
      assert.isTrue(Option.isSome(last))
    })
  )

  it.effect("who follows again is not forgotten by word that they unfollowed before", () =>
    Effect.gen(function* () {
      const { servers } = yield* comesLate({
        _tag: "Unfollowed",
        to: "gh_0",
        from: alice,
        createTimeSeconds: madeSeconds
      })
      assert.strictEqual((yield* servers[1].partner(alice)).pipe(Option.getOrUndefined), carol)
    })
  )

  it.effect("who unfollows for good is forgotten, however late word of it comes", () =>
    Effect.gen(function* () {
      const { servers } = yield* paired()
      yield* TestClock.setTime(startMillis + aWhileMillis + attemptGapMillis)
      const gone: Incoming = { _tag: "Unfollowed", to: "gh_0", from: alice, createTimeSeconds: madeSeconds }
      yield* send(servers[0], gone)
      assert.isTrue(Option.isNone(yield* servers[1].partner(alice)))
    })
  )

  it.effect.each([300, 1_000])("who unfollows %i ms after their last word, too", (millis) =>
    Effect.gen(function* () {
      const { servers } = yield* paired()
      yield* TestClock.setTime(startMillis + aWhileMillis)
      yield* send(servers[0], { ...typed(alice, "再见"), createTimeSeconds: madeSeconds })
      yield* TestClock.adjust(millis + attemptGapMillis)
      const createTimeSeconds = madeSeconds + Math.floor(millis / 1_000)
      yield* send(servers[0], { _tag: "Unfollowed", to: "gh_0", from: alice, createTimeSeconds })
      assert.isTrue(Option.isNone(yield* servers[1].partner(alice)))
    })
  )

  it.effect("a line that was written in this chat reaches the partner", () =>
    Effect.gen(function* () {
      const { rig, servers } = yield* paired()
      yield* TestClock.setTime(startMillis + aWhileMillis + attemptGapMillis)
      yield* send(servers[0], { ...typed(alice, "晚到的话"), createTimeSeconds: madeSeconds })
      assert.include(pushedTo(rig, bob), "晚到的话")
    })
  )
})
