import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Latch, Layer, Option } from "effect"
import { TestClock } from "effect/testing"
import { blocksFreshMillis, blocksReloadMillis } from "../../src/chat/blocks.ts"
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
      const hint = yield* send(servers[0], typed(alice, "举报"))
      assert.strictEqual(hint, word({ _tag: "ReportWouldHave" }))
      assert.include(hint, ">#举报</a>")
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
    const memories = rig.store.keys().filter((key) => key.startsWith("met:"))
    assert.isNotEmpty(memories)
    for (const key of memories) rig.store.evict(key)
  }
  const leave = Effect.fnUntraced(function* (server: Server) {
    for (const who of [alice, bob]) yield* send(server, typed(who, "#退出"))
  })

  it.effect("are not paired again, whoever looks first, also after memcached forgot", () =>
    Effect.gen(function* () {
      const { rig, servers } = yield* stage
      const [one, other] = servers
      yield* send(one, typed(alice, "#举报"))
      yield* send(other, typed(bob, "#状态"))
      // The server that took the report, the other, and a search after which that has asked the database.
      for (const both of [
        [one, one],
        [other, other],
        [other, one],
        [one, other]
      ] as const) {
        assert.isFalse(yield* meet(both))
        yield* leave(one)
        yield* TestClock.adjust(blocksFreshMillis)
      }
      forget(rig)
      const fresh = yield* startServer(rig)
      for (const both of [
        [one, one],
        [other, other],
        [other, one],
        [one, other],
        [fresh, fresh]
      ] as const) {
        assert.isFalse(yield* meet(both))
        yield* leave(one)
      }
      // Others are found as ever.
      yield* looks(other, alice)
      assert.include(yield* looks(fresh, carol), "已配对成功")
    })
  )

  it.effect.each([0, 120])(
    "nor while the database is down, for %i minutes; it gets the report when it is back",
    (minutes) =>
      Effect.gen(function* () {
        const memory = yield* Effect.provide(Reports, Reports.layerMemory)
        let isDown = true
        const down = Effect.suspend(() =>
          isDown ? Effect.fail(new DatabaseFailed({ problem: "down" })) : Effect.void
        )
        const reports = Reports.of({
          ...memory,
          save: (report) => Effect.andThen(down, memory.save(report)),
          blocksSince: (millis) => Effect.andThen(down, memory.blocksSince(millis))
        })
        const { servers } = yield* paired({ reports: Layer.succeed(Reports, reports) })
        const [one, other] = servers
        const look = (server: Server, who: Openid) =>
          Effect.map(answer(server, clicked(who, "配对")), wordsOf)
        assert.include(yield* send(one, typed(alice, "#举报")), "举报收到了")
        yield* look(other, bob)
        assert.include(yield* look(one, alice), "正在配对")
        for (const who of [alice, bob]) yield* answer(one, typed(who, "#退出"))
        yield* TestClock.adjust(`${minutes} minutes`)
        // Both in one round of a server that did not take the report.
        const words = yield* Effect.all([look(other, bob), look(other, alice)], { concurrency: "unbounded" })
        for (const word of words) assert.include(word, "正在配对")
        isDown = false
        yield* servers[1].run(Effect.flatMap(UnsavedReports, ({ saveWaiting }) => saveWaiting))
        assert.lengthOf(yield* memory.list, 1)
      })
  )

  it.effect("nor when memcached does not say what they are to each other", () =>
    Effect.gen(function* () {
      const memory = yield* Effect.provide(Reports, Reports.layerMemory)
      let isDown = false
      const down = Effect.suspend(() =>
        isDown ? Effect.fail(new DatabaseFailed({ problem: "down" })) : Effect.void
      )
      const reports = Reports.of({
        ...memory,
        blocksSince: (millis) => Effect.andThen(down, memory.blocksSince(millis))
      })
      const { rig, servers } = yield* paired({ reports: Layer.succeed(Reports, reports) })
      // So the server that did not take the report knows nothing of the block.
      isDown = true
      yield* send(servers[0], typed(alice, "#举报"))
      yield* send(servers[1], typed(bob, "#状态"))
      yield* looks(servers[1], bob)
      let isAsked = false
      rig.faults.fateOf = (_, key) => {
        if (!key.startsWith("met:")) return "proceed"
        isAsked = true
        return "drop"
      }
      yield* looks(servers[1], alice)
      rig.faults.fateOf = () => "proceed"
      assert.isTrue(Option.isNone(yield* servers[0].partner(alice)))
      assert.isTrue(isAsked)
    })
  )

  it.effect("a database that does not answer holds nobody up", () =>
    Effect.gen(function* () {
      const memory = yield* Effect.provide(Reports, Reports.layerMemory)
      const answers = yield* Latch.make(true)
      const reports = Reports.of({
        ...memory,
        blocksSince: (millis) => answers.whenOpen(memory.blocksSince(millis))
      })
      const server = yield* startServer(yield* makeRig({ reports: Layer.succeed(Reports, reports) }))
      yield* answers.close
      yield* TestClock.adjust(blocksFreshMillis)
      assert.include(wordsOf(yield* answer(server, clicked(alice, "配对"))), "正在配对")
      yield* answers.open
    })
  )

  it.effect("may meet after who reported unfollowed, once that has come to every server", () =>
    Effect.gen(function* () {
      const { rig, servers } = yield* stage
      yield* send(servers[0], typed(alice, "#举报"))
      yield* TestClock.adjust(blocksFreshMillis)
      yield* looks(servers[1], bob)
      yield* leave(servers[1])
      yield* servers[0].act(alice, { _tag: "Unfollowed" })
      forget(rig)
      assert.isFalse(yield* meet([servers[1], servers[1]]))
      yield* leave(servers[1])
      yield* TestClock.adjust(blocksReloadMillis)
      yield* looks(servers[1], carol)
      yield* send(servers[1], typed(carol, "#退出"))
      assert.isTrue(yield* meet([servers[1], servers[1]]))
    })
  )
})
