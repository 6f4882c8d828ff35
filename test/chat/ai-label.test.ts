import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { aiLabel } from "../../src/core/ai-label.ts"
import { alice } from "./chat-rig.ts"
import { paired, send, typed } from "./inbox-stage.ts"

const words = `${aiLabel}我是机器人`

describe("WeChat's mark for what an AI made", () => {
  it.effect("does not stand under a line of a partner, whatever it begins with", () =>
    Effect.gen(function* () {
      const { rig, servers } = yield* paired()
      yield* send(servers[0], typed(alice, words))
      assert.deepStrictEqual(
        rig.pushes.map(({ message }) => message),
        [{ _tag: "Text", content: words }]
      )
    })
  )
})
