/** Who was rude and left at once: reported after the end of the chat. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option } from "effect"
import { TestClock } from "effect/testing"
import { blocksFreshMillis } from "../../src/chat/blocks.ts"
import { keys } from "../../src/chat/keys.ts"
import { Reports } from "../../src/chat/reports.ts"
import { UnsavedReports } from "../../src/chat/unsaved-reports.ts"
import { reportableMinutes } from "../../src/core/room.ts"
import { DatabaseFailed } from "../../src/database/database.ts"
import { alice, bob, carol, dave, pushedTo, type Server, startServer } from "./chat-rig.ts"
import { clicked, paired, send, typed } from "./inbox-stage.ts"

const stage = Effect.gen(function* () {
  const reports = yield* Effect.provide(Reports, Reports.layerMemory)
  return { reports, ...(yield* paired({ reports: Layer.succeed(Reports, reports) })) }
})

/** Touches the link 举报 under the end of a chat. */
const touches = (who: typeof alice) => {
  const link = { ...typed(who, "举报上一位"), menuItemId: "1" }
  return link as ReturnType<typeof typed>
}

describe("举报 after the end of a chat", () => {
  it.effect("is offered to both, reports the last partner with the last lines, and blocks for good", () =>
    Effect.gen(function* () {
      const { rig, servers, reports } = yield* stage
      yield* send(servers[1], typed(bob, "rude"))
      assert.include(yield* send(servers[1], typed(bob, "#退出")), ">举报</a>")
      assert.include(pushedTo(rig, alice).at(-1), ">举报</a>")
      assert.include(yield* send(servers[0], touches(alice)), "举报收到了")
      const [report] = yield* reports.list
      assert.deepInclude(report, { reporter: alice, reported: bob })
      yield* send(servers[0], clicked(alice, "配对"))
      assert.include(yield* send(servers[1], clicked(bob, "配对")), "正在配对")
    })
  )

  it.effect("by the typed words too, also while looking: who waits does not meet them again", () =>
    Effect.gen(function* () {
      const { servers, reports } = yield* stage
      yield* send(servers[1], typed(bob, "#退出"))
      yield* send(servers[0], typed(alice, "#状态"))
      yield* send(servers[0], clicked(alice, "配对"))
      const answer = (yield* send(servers[0], typed(alice, "#举报"))) ?? ""
      assert.match(answer, /^举报收到了[^]*正在配对/u)
      assert.lengthOf(yield* reports.list, 1)
      assert.include(yield* send(servers[1], clicked(bob, "配对")), "正在配对")
      assert.include(yield* send(servers[1], clicked(carol, "配对")), "已配对成功")
      assert.deepStrictEqual(yield* servers[0].partner(alice), Option.some(carol))
    })
  )

  it.effect("holds for who waits also where memcached loses the mark of the two at once", () =>
    Effect.gen(function* () {
      const { rig, servers } = yield* stage
      yield* send(servers[1], typed(bob, "#退出"))
      yield* send(servers[0], typed(alice, "#状态"))
      yield* send(servers[0], clicked(alice, "配对"))
      yield* send(servers[0], typed(alice, "#举报"))
      const marks = rig.store.keys().filter((key) => key.startsWith("met:"))
      assert.isNotEmpty(marks)
      for (const key of marks) rig.store.evict(key)
      assert.include(yield* send(servers[1], clicked(bob, "配对")), "正在配对")
    })
  )

  it.effect("ends nothing: the link of the last chat is not about the present partner", () =>
    Effect.gen(function* () {
      const { rig, servers, reports } = yield* stage
      yield* send(servers[1], typed(bob, "#退出"))
      yield* send(servers[0], typed(alice, "#状态"))
      yield* send(servers[1], clicked(carol, "配对"))
      assert.include(yield* send(servers[0], clicked(alice, "配对")), "已配对成功")
      rig.pushes.length = 0
      assert.include(yield* send(servers[0], touches(alice)), "举报收到了")
      assert.deepInclude((yield* reports.list)[0], { reporter: alice, reported: bob })
      assert.isUndefined(yield* send(servers[0], typed(alice, "你好")))
      assert.deepStrictEqual(pushedTo(rig, carol), ["你好"])
    })
  )

  it.effect("is about the chat that began last, though an older one lived on until later", () =>
    Effect.gen(function* () {
      const { rig, servers, reports } = yield* stage
      rig.store.evict(keys.session(alice))
      yield* TestClock.adjust("1 minute")
      // It does not know of the older chat, so that alice may begin another.
      const other = yield* startServer(rig)
      yield* send(other, clicked(carol, "配对"))
      assert.include(yield* send(other, clicked(alice, "配对")), "已配对成功")
      yield* send(other, typed(carol, "#退出"))
      assert.include(yield* send(servers[1], typed(bob, "你好")), "对方已离开")
      yield* send(other, touches(alice))
      yield* send(servers[1], touches(bob))
      const found = (yield* reports.list).map(({ reporter, reported }) => [reporter, reported])
      assert.sameDeepMembers(found, [
        [alice, carol],
        [bob, alice]
      ])
    })
  )

  it.effect("of one whom chance brought back is left to #举报, which ends the chat", () =>
    Effect.gen(function* () {
      const { servers, reports } = yield* stage
      yield* send(servers[1], typed(bob, "#退出"))
      yield* send(servers[0], typed(alice, "#状态"))
      yield* send(servers[0], clicked(alice, "配对"))
      assert.include(yield* send(servers[1], clicked(bob, "配对")), "已配对成功")
      assert.include(yield* send(servers[0], touches(alice)), "#举报")
      assert.lengthOf(yield* reports.list, 0)
    })
  )

  it.effect("is over after some minutes, and at once for who unfollowed", () =>
    Effect.gen(function* () {
      const { servers, reports } = yield* stage
      yield* send(servers[1], typed(bob, "#退出"))
      yield* send(servers[1], { _tag: "Unfollowed", to: "gh_0", from: bob, createTimeSeconds: 1 })
      assert.include(yield* send(servers[1], touches(bob)), "没有可以举报的人")
      yield* TestClock.adjust(`${reportableMinutes} minutes`)
      assert.include(yield* send(servers[0], touches(alice)), "没有可以举报的人")
      assert.include(yield* send(servers[0], touches(dave)), "没有可以举报的人")
      assert.lengthOf(yield* reports.list, 0)
    })
  )

  it.effect("keeps the two apart on every server, though the database is down, and when it is back", () =>
    Effect.gen(function* () {
      const memory = yield* Effect.provide(Reports, Reports.layerMemory)
      const database = { isDown: true }
      const { rig, servers } = yield* paired({ reports: Layer.succeed(Reports, mayBeDown(memory, database)) })
      const [taker, other] = servers
      yield* send(other, typed(bob, "#退出"))
      yield* send(taker, typed(alice, "#状态"))
      assert.include(yield* send(taker, touches(alice)), "举报收到了")
      const parts = Effect.fnUntraced(function* (server: Server) {
        for (const both of [
          [alice, bob],
          [bob, alice]
        ] as const) {
          for (const concurrency of [1, "unbounded"] as const) {
            const answers = yield* Effect.forEach(both, (who) => send(server, clicked(who, "配对")), {
              concurrency
            })
            for (const words of answers) assert.include(words, "正在配对")
            for (const who of both) yield* send(server, typed(who, "#退出"))
          }
        }
      })
      yield* parts(other)
      // One that has never seen the database has the mark in memcached alone.
      yield* parts(yield* startServer(rig))
      const forgetMarks = () => {
        for (const key of rig.store.keys()) if (key.startsWith("met:")) rig.store.evict(key)
      }
      forgetMarks()
      yield* parts(taker)

      database.isDown = false
      yield* other.run(Effect.flatMap(UnsavedReports, ({ saveWaiting }) => saveWaiting))
      assert.deepInclude((yield* memory.list)[0], { reporter: alice, reported: bob })
      yield* TestClock.adjust(blocksFreshMillis)
      // This search has it read.
      yield* send(other, clicked(carol, "配对"))
      yield* send(other, typed(carol, "#退出"))
      forgetMarks()
      yield* parts(other)
    })
  )
})

/** Reports in a database that fails while it is down. */
const mayBeDown = (memory: Reports["Service"], database: { readonly isDown: boolean }) => {
  const reached = Effect.suspend(() =>
    database.isDown ? Effect.fail(new DatabaseFailed({ problem: "down" })) : Effect.void
  )
  return Reports.of({
    ...memory,
    save: (report) => Effect.andThen(reached, memory.save(report)),
    blocksSince: (millis) => Effect.andThen(reached, memory.blocksSince(millis))
  })
}
