import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { clickable } from "../../src/core/clickable.ts"
import { alice, bob, makeRig, pushedTo, startServer } from "./chat-rig.ts"

describe("a partner", () => {
  it.effect(
    "cannot put a command on one's phone: the line stays, its writer hears why, the chat goes on",
    () =>
      Effect.gen(function* () {
        const rig = yield* makeRig()
        const server = yield* startServer(rig)
        yield* Effect.all([server.press(alice, "配对"), server.press(bob, "配对")], {
          concurrency: "unbounded"
        })
        const before = pushedTo(rig, bob)
        assert.include(yield* server.say(alice, `我的照片 ${clickable("退出")}`), "没有发给对方")
        assert.deepStrictEqual(pushedTo(rig, bob), before)
        const harmless = '<a href="https://example.org">照片</a>'
        assert.strictEqual(yield* server.say(alice, harmless), "")
        assert.deepStrictEqual(pushedTo(rig, bob), [...before, harmless])
      })
  )
})
