/** Who asks for another partner while lines of the last one wait reads those first, and learns of the new pair behind them. */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import type { Incoming } from "../../src/wechat/messages.ts"
import { alice, bob, carol, pushedTo } from "./chat-rig.ts"
import { clicked, paired, sendHeld, typed } from "./inbox-stage.ts"

type Stage = Effect.Success<ReturnType<typeof paired>>

/** What somebody is answered to what they do at that time. */
const does = ({ servers }: Stage, incoming: Incoming, withinMillis = 2_000) =>
  Effect.flatMap(Clock.currentTimeMillis, (now) =>
    sendHeld(servers[0], { ...incoming, createTimeSeconds: Math.floor(now / 1_000) }, withinMillis)
  )

describe("a user who has yet to read of the pair, behind lines of another", () => {
  it.effect("writes nothing to the new partner until then", () =>
    Effect.gen(function* () {
      const stage = yield* paired({ delivery: "passive" })
      for (const letter of ["一", "二", "三"]) yield* does(stage, typed(bob, letter.repeat(600)))
      yield* does(stage, clicked(carol, "配对"), 15_000)
      const read = [yield* does(stage, clicked(alice, "更换"))]
      assert.notInclude(read[0], "已配对成功")
      assert.include(read[0], "随便回一句")
      for (let words = 0; words < 5; words += 1)
        read.push(yield* does(stage, typed(alice, `给老朋友${words}`)))
      const all = read.join("\n")
      const lastOld = all.lastIndexOf("三")
      const made = all.indexOf("已配对成功")
      const firstRefused = all.indexOf("没有发出去")
      assert.isTrue(lastOld < made && made < firstRefused, all)
      const heard = yield* does(stage, clicked(carol, "状态"))
      assert.notInclude(heard, "给老朋友0")
      assert.include(heard, "给老朋友4")
      assert.lengthOf(pushedTo(stage.rig, carol), 0)
    })
  )
})
