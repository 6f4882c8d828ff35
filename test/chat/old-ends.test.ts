/** Word of the end of a chat that waits for its reader is not read behind word of a newer pair, of which it would seem to speak. */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import type { Incoming } from "../../src/wechat/messages.ts"
import { alice, bob, carol, pushedTo, refusal } from "./chat-rig.ts"
import { clicked, paired, send, typed } from "./inbox-stage.ts"

type Stage = Effect.Success<ReturnType<typeof paired>>

/** What somebody is answered to what they do at that time. */
const does = ({ servers }: Stage, incoming: Incoming) =>
  Effect.flatMap(Clock.currentTimeMillis, (now) =>
    send(servers[0], { ...incoming, createTimeSeconds: Math.floor(now / 1_000) })
  )

/** Bob has left while nothing may be pushed to Alice, so that word of that waits for her; Carol looks for somebody. */
const left = Effect.fnUntraced(function* (lines: ReadonlyArray<string> = []) {
  const stage = yield* paired()
  stage.rig.answerPush = (to) => (to === alice ? Effect.fail(refusal(45047)) : Effect.void)
  for (const line of lines) yield* does(stage, typed(bob, line))
  yield* does(stage, typed(bob, "#退出"))
  stage.rig.answerPush = () => Effect.void
  yield* does(stage, clicked(carol, "配对"))
  assert.deepStrictEqual(pushedTo(stage.rig, alice), [])
  return stage
})

/** Alice presses 配对 while her mailbox cannot be read. */
const joinsBlindly = Effect.fnUntraced(function* (stage: Stage) {
  const { faults } = stage.rig
  const { fateOf } = faults
  faults.fateOf = (_, key) => (key.startsWith(`mail:${alice}`) ? "drop" : "proceed")
  const answer = yield* does(stage, clicked(alice, "配对"))
  faults.fateOf = fateOf
  assert.include(answer, "已配对成功")
  assert.notInclude(answer, "对方已离开")
})

describe("word of the end of a chat, while it waits", () => {
  it.effect("is read before that of the next pair", () =>
    Effect.gen(function* () {
      const answer = (yield* does(yield* left(), clicked(alice, "配对"))) ?? ""
      assert.match(answer, /对方已离开[^]*已配对成功/u)
    })
  )

  it.effect("is not pushed behind that of the next pair", () =>
    Effect.gen(function* () {
      const stage = yield* left()
      yield* joinsBlindly(stage)
      yield* does(stage, typed(carol, "你好"))
      assert.deepStrictEqual(pushedTo(stage.rig, alice), ["你好"])
    })
  )

  it.effect("is not answered behind that of the next pair", () =>
    Effect.gen(function* () {
      const stage = yield* left()
      yield* joinsBlindly(stage)
      const answer = yield* does(stage, clicked(alice, "状态"))
      assert.include(answer, "已配对，对方在等你说话")
      assert.notInclude(answer, "对方已离开")
    })
  )

  it.effect("is read behind the lines of that chat, whenever these are", () =>
    Effect.gen(function* () {
      const stage = yield* left(["再见"])
      yield* joinsBlindly(stage)
      const answer = (yield* does(stage, clicked(alice, "状态"))) ?? ""
      assert.match(answer, /再见[^]*对方已离开[^]*已配对，/u)
    })
  )
})
