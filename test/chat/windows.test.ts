/** Which messages open a window for pushes (protocol notes 6.1), and that WeChat's repetitions open none. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { Ledger } from "../../src/chat/ledger.ts"
import type { Incoming } from "../../src/wechat/messages.ts"
import { alice, bob, makeRig, pushedTo, type Server, startServer } from "./chat-rig.ts"
import { paired, send, startSeconds, typed } from "./inbox-stage.ts"

const event = (name: string): Incoming => ({
  _tag: "OtherEvent",
  to: "gh_0",
  from: alice,
  createTimeSeconds: startSeconds,
  event: name,
  key: "k"
})

const windowOf = (server: Server) =>
  Effect.map(server.run(Effect.flatMap(Ledger, (ledger) => ledger.read(alice))), ({ allowance, version }) =>
    version === undefined ? undefined : allowance
  )

describe("the window for pushes", () => {
  it.effect.each([
    { name: "scancode_push", elsewhere: false },
    { name: "scancode_waitmsg", elsewhere: true }
  ])(
    "is opened by a code that is scanned from the menu as by a click, once, however often WeChat tells of it: %j",
    ({ name, elsewhere }) =>
      Effect.gen(function* () {
        const rig = yield* makeRig()
        const servers = [yield* startServer(rig), yield* startServer(rig)] as const
        assert.isUndefined(yield* send(servers[0], event(name)))
        assert.deepInclude(yield* windowOf(servers[0]), { trigger: "click", used: 0 })
        yield* servers[0].run(
          Effect.flatMap(Ledger, (ledger) =>
            Effect.flatMap(ledger.read(alice), (read) => ledger.count(alice, read))
          )
        )
        yield* TestClock.adjust(5_000)
        yield* send(servers[elsewhere ? 1 : 0], event(name))
        assert.deepInclude(yield* windowOf(servers[0]), { trigger: "click", used: 1 })
      })
  )

  it.effect.each(["view", "pic_weixin", "location_select", "location"])("is not opened by %s", (name) =>
    Effect.gen(function* () {
      const server = yield* startServer(yield* makeRig())
      yield* send(server, event(name))
      assert.isUndefined(yield* windowOf(server))
    })
  )

  it.effect.each([0, 300, 5_000])(
    "keeps its count when WeChat sends the message again after %d ms",
    (millis) =>
      Effect.gen(function* () {
        const { rig, servers } = yield* paired()
        const said = typed(bob, "在")
        yield* send(servers[1], said)
        const burst = Array.from({ length: 6 }, (_, number) => `line ${number}`)
        for (const words of burst) yield* send(servers[0], typed(alice, words))
        const pushed = pushedTo(rig, bob).length
        yield* TestClock.adjust(millis)
        yield* send(servers[1], said)
        yield* send(servers[0], typed(alice, "one more"))
        assert.lengthOf(pushedTo(rig, bob), pushed)
      })
  )
})
