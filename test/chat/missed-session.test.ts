/** A memcached that was restarted: who acts is told what they were in, by the server that knew of it. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { word } from "../../src/core/wording.ts"
import { alice, bob, carol, makeRig, type Rig, startServer } from "./chat-rig.ts"
import { noFaults } from "./faulty-memcached.ts"
import { clicked, paired, send, typed } from "./inbox-stage.ts"

const loseAll = ({ store }: Rig) => {
  for (const key of store.keys()) store.evict(key)
}

const ended = word({ _tag: "PartnerLeft" })

describe("after memcached lost everything", () => {
  it.effect("both of a pair are told that it is over, once, and that their line was not sent", () =>
    Effect.gen(function* () {
      const { rig, servers } = yield* paired()
      loseAll(rig)
      const answer = yield* send(servers[0], typed(alice, "还在吗"))
      assert.strictEqual(answer, `${ended}\n${word({ _tag: "NotSent" })}`)
      assert.include(yield* send(servers[0], typed(alice, "还在吗")), "没看懂")
      const status = yield* send(servers[1], clicked(bob, "状态"))
      assert.include(status, ended)
      assert.include(status, "未配对")
      assert.notInclude(yield* send(servers[1], clicked(bob, "状态")), ended)
    })
  )

  it.effect("who is looked at by their partner first is told with their own next action all the same", () =>
    Effect.gen(function* () {
      const { rig, servers } = yield* paired()
      yield* send(servers[0], typed(bob, "#状态"))
      loseAll(rig)
      assert.include(yield* send(servers[0], typed(alice, "还在吗")), ended)
      assert.include(yield* send(servers[0], typed(bob, "在")), ended)
      assert.include(yield* send(servers[0], typed(bob, "在")), "没看懂")
    })
  )

  it.effect("who acts on two servers that knew of it is told by one of them", () =>
    Effect.gen(function* () {
      const { rig, servers } = yield* paired()
      yield* send(servers[1], typed(alice, "#状态"))
      loseAll(rig)
      assert.include(yield* send(servers[0], clicked(alice, "状态")), ended)
      assert.notInclude(yield* send(servers[1], clicked(alice, "状态")), ended)
    })
  )

  it.effect("who was in another chat since, on another server, hears nothing of the old one", () =>
    Effect.gen(function* () {
      const { rig, servers } = yield* paired()
      loseAll(rig)
      const other = yield* startServer(rig)
      assert.include(yield* send(other, clicked(carol, "配对")), "正在配对")
      assert.include(yield* send(other, clicked(alice, "配对")), "已配对成功")
      assert.include(yield* send(other, clicked(alice, "退出")), "已退出")
      assert.notInclude(yield* send(servers[0], clicked(alice, "状态")), ended)
    })
  )

  it.effect("who waited and found somebody on another server hears of no failed search", () =>
    Effect.gen(function* () {
      const rig = yield* makeRig()
      const [one, other] = [yield* startServer(rig), yield* startServer(rig)]
      assert.include(yield* send(one, clicked(alice, "配对")), "正在配对")
      assert.include(yield* send(other, clicked(bob, "配对")), "已配对成功")
      loseAll(rig)
      const status = yield* send(one, clicked(alice, "状态"))
      assert.include(status, "未配对")
      assert.notInclude(status, word({ _tag: "SearchFailed" }))
    })
  )

  it.effect("who left on another server knows it", () =>
    Effect.gen(function* () {
      const { servers } = yield* paired()
      assert.include(yield* send(servers[1], typed(alice, "#退出")), "已退出")
      assert.include(yield* send(servers[0], typed(alice, "还在吗")), "没看懂")
    })
  )

  it.effect("a press that came to nothing has nothing to be told", () =>
    Effect.gen(function* () {
      const rig = yield* makeRig()
      const server = yield* startServer(rig)
      rig.faults.fateOf = (_operation, key) => (key.startsWith("s:") ? "drop" : "proceed")
      const presses = [alice, bob].map((who) => send(server, clicked(who, "配对")))
      for (const answer of yield* Effect.all(presses, { concurrency: "unbounded" })) {
        assert.strictEqual(answer, word({ _tag: "Busy" }))
      }
      rig.faults.fateOf = noFaults().fateOf
      for (const who of [alice, bob]) {
        const status = yield* send(server, clicked(who, "状态"))
        assert.notInclude(status, ended)
      }
    })
  )
})
