import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { eventOf } from "../../src/chat/incoming-event.ts"
import { clickable } from "../../src/core/clickable.ts"
import type { Incoming } from "../../src/wechat/messages.ts"
import { alice, bob, makeRig, pushedTo, startServer } from "./chat-rig.ts"
import { typed } from "./inbox-stage.ts"

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

describe("a tap on a link in a message menu", () => {
  const tapped = (label: string) => eventOf({ ...typed(alice, label), menuItemId: "1" } as Incoming)

  it.each([
    ["退出", { _tag: "Pressed", button: "退出" }],
    ["举报", { _tag: "Said", text: "#举报" }],
    ["#举报", { _tag: "Said", text: "#举报" }],
    ["＃退出", { _tag: "Said", text: "＃退出" }],
    ["你好", { _tag: "Said", text: "你好" }]
  ] as const)("%s counts as the command that it names", (label, event) => {
    assert.deepStrictEqual(tapped(label), event)
  })
})
