/** Reports and blocks, on every database. */
import { assert, layer } from "@effect/vitest"
import { Clock, Duration, Effect, Layer } from "effect"
import { Reports } from "../../src/chat/reports.ts"
import { reportKeptDays, RoomId } from "../../src/core/room.ts"
import { databaseLayers } from "../database/databases-under-test.ts"
import { alice, bob, carol, dave } from "./chat-rig.ts"

const [one, another] = ["room1aaaaaaa", "room2aaaaaaa"].map((id) => RoomId.make(id)) as [RoomId, RoomId]

const kinds = [
  ...databaseLayers.map(([name, database]) => [name, Layer.provide(Reports.layer, database)] as const),
  ["without a database", Reports.layerMemory] as const
]

for (const [name, reports] of kinds) {
  layer(reports, { timeout: "60 seconds", excludeTestServices: true })(`reports ${name}`, (it) => {
    it.effect("are kept once each, block for ever, expire, and forget who made them", () =>
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const reports = yield* Reports
        const first = {
          room: one,
          reporter: alice,
          reported: bob,
          // Kept for as long as they are, and a minute.
          atMillis: now - Duration.toMillis(`${reportKeptDays} days`) - 60_000,
          sealedLines: "sealed"
        }
        const later = { ...first, room: another, reported: carol, atMillis: now }
        for (const report of [first, first, later]) yield* reports.save(report)
        assert.deepStrictEqual(yield* reports.list, [later, first])
        const blocks = [bob, carol].map((blocked) => ({ openid: alice, blocked }))
        assert.deepStrictEqual(yield* reports.blocksSince(0), blocks)
        assert.deepStrictEqual(yield* reports.blocksSince(later.atMillis), blocks.slice(1))
        assert.deepStrictEqual(yield* reports.blocksSince(later.atMillis + 1), [])

        yield* reports.expire
        assert.deepStrictEqual(yield* reports.list, [later])
        assert.deepStrictEqual(yield* reports.blocksSince(0), blocks)

        yield* reports.forget(alice, now)
        assert.deepStrictEqual(yield* reports.list, [{ ...later, reporter: "" as const }])
        assert.deepStrictEqual(yield* reports.blocksSince(0), [])
      })
    )

    it.effect("of later stay with their name when somebody is forgotten as they were then", () =>
      Effect.gen(function* () {
        const reports = yield* Reports
        const now = yield* Clock.currentTimeMillis
        const before = {
          room: RoomId.make("room6aaaaaaa"),
          reporter: dave,
          reported: bob,
          atMillis: now,
          sealedLines: "sealed"
        }
        const after = { ...before, room: RoomId.make("room7aaaaaaa"), reported: carol, atMillis: now + 1 }
        for (const one of [before, after]) yield* reports.save(one)
        yield* reports.forget(dave, now)
        const rooms = [before.room, after.room]
        assert.sameDeepMembers(
          (yield* reports.list).filter(({ room }) => rooms.includes(room)),
          [{ ...before, reporter: "" as const }, after]
        )
        assert.deepStrictEqual(
          (yield* reports.blocksSince(0)).filter(({ openid }) => openid === dave),
          [{ openid: dave, blocked: carol }]
        )
        yield* reports.forget(dave, now + 1)
      })
    )

    it.effect("saved without a name, forget who made it", () =>
      Effect.gen(function* () {
        const reports = yield* Reports
        const atMillis = yield* Clock.currentTimeMillis
        const [room, other] = [RoomId.make("room3aaaaaaa"), RoomId.make("room4aaaaaaa")]
        const report = { room, reporter: carol, reported: alice, atMillis, sealedLines: "sealed" }
        const ofOther = { ...report, room: other, reporter: bob }
        const about = (room: RoomId) =>
          Effect.map(reports.list, (all) => all.filter((one) => one.room === room))
        const nameless = { ...report, reporter: "" as const }
        for (const one of [report, ofOther, nameless]) yield* reports.save(one)
        assert.deepStrictEqual(yield* about(room), [nameless])
        assert.deepStrictEqual(yield* about(other), [ofOther])
        assert.deepStrictEqual(yield* reports.blocksSince(0), [{ openid: bob, blocked: alice }])
        const fresh = { ...nameless, room: RoomId.make("room5aaaaaaa") }
        yield* reports.save(fresh)
        assert.deepStrictEqual(yield* about(fresh.room), [fresh])
        assert.deepStrictEqual(yield* reports.blocksSince(0), [{ openid: bob, blocked: alice }])
      })
    )
  })
}
