import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber, Layer, Option } from "effect"
import { TestClock } from "effect/testing"
import { blocksWaitMillis } from "../../src/chat/blocks.ts"
import { LastLines, lastLinesKept } from "../../src/chat/last-lines.ts"
import { Reports } from "../../src/chat/reports.ts"
import { UnsavedReports } from "../../src/chat/unsaved-reports.ts"
import { word } from "../../src/core/wording.ts"
import type { Openid } from "../../src/core/openid.ts"
import { DatabaseFailed } from "../../src/database/database.ts"
import { alice, bob, carol, makeRig, pushedTo, type Rig, type Server, startServer } from "./chat-rig.ts"
import { answer, clicked, paired, send, typed, wordsOf } from "./inbox-stage.ts"

/** Alice and Bob on two servers with one database. */
const stage = Effect.gen(function* () {
  const reports = yield* Effect.provide(Reports, Reports.layerMemory)
  return { reports, ...(yield* paired({ reports: Layer.succeed(Reports, reports) })) }
})

const linesOf = (server: Server, sealed: string) =>
  server.run(Effect.map(LastLines, ({ open }) => Option.getOrThrow(open(sealed))))

const looks = (server: Server, who: Openid) => send(server, clicked(who, "配对"))

/** Whether the two become a pair when nobody else looks. */
const meet = Effect.fnUntraced(function* (servers: readonly [Server, Server]) {
  yield* looks(servers[0], alice)
  yield* looks(servers[1], bob)
  return Option.isSome(yield* servers[0].partner(alice))
})

describe("#举报 in a chat", () => {
  it.effect(
    "ends it, tells the partner that somebody left, and keeps the last lines for the operator alone",
    () =>
      Effect.gen(function* () {
        const { rig, servers, reports } = yield* stage
        for (let line = 0; line < lastLinesKept; line += 1) {
          yield* TestClock.adjust(5_000)
          yield* send(servers[0], typed(alice, `alice ${line}`))
          yield* TestClock.adjust(5_000)
          yield* send(servers[1], typed(bob, `bob ${line}`))
        }
        assert.include(yield* send(servers[0], typed(alice, "＃举报")), "举报收到了")
        const told = [...pushedTo(rig, bob), yield* send(servers[1], typed(bob, "喂"))].join("\n")
        assert.include(told, "对方已离开")
        assert.include(told, word({ _tag: "PartnerLeft" }))
        assert.notInclude(told, "举报收到了")
        const [report] = yield* reports.list
        assert.deepInclude(report, { reporter: alice, reported: bob })
        const lines = yield* linesOf(servers[1], report?.sealedLines ?? "")
        assert.lengthOf(lines, lastLinesKept)
        const [beforeLast, last] = lines.slice(-2)
        assert.deepInclude(beforeLast, { from: alice })
        assert.deepInclude(last, { from: bob, content: { _tag: "Text", text: `bob ${lastLinesKept - 1}` } })
      })
  )

  it.effect("by the link of 状态 too; typed without a mark it goes to the partner", () =>
    Effect.gen(function* () {
      const { rig, servers, reports } = yield* stage
      assert.include(yield* send(servers[0], clicked(alice, "状态")), ">举报</a>")
      yield* send(servers[0], typed(alice, "举报"))
      assert.include(pushedTo(rig, bob), "举报")
      assert.lengthOf(yield* reports.list, 0)
      yield* send(servers[0], { ...typed(alice, "举报"), menuItemId: "1" } as ReturnType<typeof typed>)
      assert.lengthOf(yield* reports.list, 1)
    })
  )

  it.effect("outside a chat says that there is nobody to report", () =>
    Effect.gen(function* () {
      const { servers, reports } = yield* stage
      for (const words of ["举报", "#举报"]) {
        assert.include(yield* send(servers[0], typed(carol, words)), "没有可以举报的人")
      }
      assert.lengthOf(yield* reports.list, 0)
    })
  )

  it.effect("what people say lies in memcached sealed, in so many places, and is gone after an hour", () =>
    Effect.gen(function* () {
      const { rig, servers } = yield* stage
      for (let line = 0; line < 2 * lastLinesKept; line += 1) {
        yield* TestClock.adjust(10_000)
        const [server, who] = line % 2 === 0 ? [servers[0], alice] : [servers[1], bob]
        yield* send(server, typed(who, `secret ${line}`))
      }
      const kept = Effect.map(Clock.currentTimeMillis, (now) =>
        rig.store
          .keys()
          .filter((key) => key.startsWith("line:"))
          .flatMap((key) => rig.store.read(key, now)?.value ?? [])
      )
      const sealed = yield* kept
      assert.lengthOf(sealed, lastLinesKept)
      for (const words of ["secret", alice, bob]) assert.notInclude(sealed.join(), words)
      yield* TestClock.adjust("1 hour")
      assert.lengthOf(yield* kept, 0)
    })
  )
})

describe("two of whom one reported the other", () => {
  const forget = (rig: Rig) => {
    const memories = rig.store.keys().filter((key) => key.startsWith("met:") || key.startsWith("blocks:"))
    assert.isNotEmpty(memories)
    for (const key of memories) rig.store.evict(key)
  }

  it.effect("are not paired again, whoever looks first, also after memcached forgot", () =>
    Effect.gen(function* () {
      const { rig, servers } = yield* stage
      yield* send(servers[0], typed(alice, "#举报"))
      yield* send(servers[1], typed(bob, "#状态"))
      assert.isFalse(yield* meet(servers))
      for (const who of [alice, bob]) yield* send(servers[0], typed(who, "#退出"))
      forget(rig)
      assert.isFalse(yield* meet(servers))
      // Others are found as ever.
      assert.include(yield* looks(servers[0], carol), "已配对成功")
    })
  )

  it.effect("nor while the database is down; it gets the report when it is back", () =>
    Effect.gen(function* () {
      const memory = yield* Effect.provide(Reports, Reports.layerMemory)
      let isDown = true
      const down = Effect.suspend(() =>
        isDown ? Effect.fail(new DatabaseFailed({ problem: "down" })) : Effect.void
      )
      const reports = Reports.of({
        ...memory,
        save: (report) => Effect.andThen(down, memory.save(report)),
        blockedBy: (openid) => Effect.andThen(down, memory.blockedBy(openid))
      })
      const { servers } = yield* paired({ reports: Layer.succeed(Reports, reports) })
      assert.include(yield* send(servers[0], typed(alice, "#举报")), "举报收到了")
      yield* answer(servers[1], clicked(bob, "配对"))
      assert.include(wordsOf(yield* answer(servers[0], clicked(alice, "配对"))), "正在配对")
      isDown = false
      yield* servers[1].run(Effect.flatMap(UnsavedReports, ({ saveWaiting }) => saveWaiting))
      assert.lengthOf(yield* memory.list, 1)
    })
  )

  it.effect("a database that does not answer holds nobody up for long", () =>
    Effect.gen(function* () {
      const memory = yield* Effect.provide(Reports, Reports.layerMemory)
      const reports = Reports.of({ ...memory, blockedBy: () => Effect.never })
      const rig = yield* makeRig({ reports: Layer.succeed(Reports, reports) })
      const server = yield* startServer(rig)
      const search = yield* Effect.forkChild(answer(server, clicked(alice, "配对")))
      yield* TestClock.adjust(blocksWaitMillis)
      assert.include(wordsOf(yield* Fiber.join(search)), "正在配对")
    })
  )
})
