/** Who unfollows while memcached is away, which WeChat says only once. */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Layer, Schema } from "effect"
import { TestClock } from "effect/testing"
import { clocksApartSeconds } from "../../src/chat/clocks.ts"
import { keys, ttlSeconds } from "../../src/chat/keys.ts"
import { Reports } from "../../src/chat/reports.ts"
import type { Openid } from "../../src/core/openid.ts"
import { closed, Room, RoomId } from "../../src/core/room.ts"
import { word } from "../../src/core/wording.ts"
import type { MemoryStore } from "../../src/memcached/memory-store.ts"
import type { Incoming } from "../../src/wechat/messages.ts"
import { alice, bob, carol, pushedTo, refusal, type Rig, startMillis } from "./chat-rig.ts"
import { failAlways, noFaults } from "./faulty-memcached.ts"
import { clicked, paired, send, startSeconds, typed } from "./inbox-stage.ts"

const unfollows: Incoming = { _tag: "Unfollowed", to: "gh_0", from: alice, createTimeSeconds: startSeconds }
const follows: Incoming = { _tag: "Followed", to: "gh_0", from: alice, createTimeSeconds: startSeconds + 1 }

/** Longer than it takes until it is tried again. */
const soon = "5 seconds"

/** A pair of whom one reported the partner of before. */
const stage = Effect.gen(function* () {
  const reports = yield* Effect.provide(Reports, Reports.layerMemory)
  const { rig, servers } = yield* paired({ reports: Layer.succeed(Reports, reports) })
  yield* send(servers[0], typed(alice, "#举报"))
  yield* send(servers[0], clicked(alice, "配对"))
  return { rig, server: servers[0], reports, blocks: reports.blocksSince(0) }
})

describe("who unfollows while memcached is away", () => {
  it.effect.prop(
    "hears nothing; the database forgets them at once, the rest goes when memcached is back",
    [Schema.Literals(["drop", "loseAnswer"])],
    ([fate]) =>
      Effect.gen(function* () {
        const { rig, server, blocks } = yield* stage
        assert.lengthOf(yield* blocks, 1)
        failAlways(rig.faults, fate)
        assert.isUndefined(yield* send(server, unfollows))
        assert.lengthOf(yield* blocks, 0)
        assert.isNotEmpty(rig.store.keys().filter((key) => key.includes(alice)))
        rig.faults.fateOf = noFaults().fateOf
        yield* TestClock.adjust(soon)
        yield* server.settled
        assert.isEmpty(rig.store.keys().filter((key) => key.includes(alice)))
      })
  )

  it.effect.prop(
    "or for a moment in the middle of it: their partner is told",
    [Schema.Literals(["gets", "get", "cas", "delete", "set", "append"])],
    ([operation]) =>
      Effect.gen(function* () {
        const { rig, servers } = yield* paired()
        let countdown = 3
        rig.faults.fateOf = (which) => {
          if (which === operation) countdown -= 1
          return which === operation && countdown >= 0 ? "drop" : "proceed"
        }
        assert.isUndefined(yield* send(servers[0], unfollows))
        yield* TestClock.adjust("20 seconds")
        yield* servers[1].sweep
        assert.include(pushedTo(rig, bob).join(), "对方已离开")
        assert.isEmpty(rig.store.keys().filter((key) => key.endsWith(`:${alice}`)))
      })
  )

  it.effect("and reports somebody after they came back through another server: that stays", () =>
    Effect.gen(function* () {
      const { rig, server, reports, blocks } = yield* stage
      rig.faults.fateOf = () => "drop"
      yield* send(server, unfollows)
      yield* TestClock.adjust("1 minute")
      const atMillis = yield* Clock.currentTimeMillis
      const later = {
        room: RoomId.make("roomoflater"),
        reporter: alice,
        reported: carol,
        atMillis,
        sealedLines: ""
      }
      yield* reports.save(later)
      rig.faults.fateOf = noFaults().fateOf
      yield* TestClock.adjust(soon)
      yield* server.settled
      assert.isEmpty(rig.store.keys().filter((key) => key.includes(alice)))
      assert.deepStrictEqual(yield* blocks, [{ openid: alice, blocked: carol }])
      assert.deepInclude(yield* reports.list, later)
    })
  )

  it.effect("and follows again before it is back loses nothing of later", () =>
    Effect.gen(function* () {
      const { rig, servers } = yield* paired()
      rig.faults.fateOf = () => "drop"
      assert.isUndefined(yield* send(servers[0], unfollows))
      yield* send(servers[0], follows)
      rig.faults.fateOf = noFaults().fateOf
      yield* TestClock.adjust(soon)
      assert.include(yield* send(servers[0], typed(alice, "#状态")), "已配对")
    })
  )
})

describe("who unfollows", () => {
  it.effect("is forgotten by a server whose clock is behind that of the one that took their report", () =>
    Effect.gen(function* () {
      const { server, reports, blocks } = yield* stage
      const nowSeconds = Math.ceil((yield* Clock.currentTimeMillis) / 1_000)
      const ahead = (nowSeconds + clocksApartSeconds - 1) * 1_000
      const room = RoomId.make("roomofanother")
      yield* reports.save({ room, reporter: alice, reported: carol, atMillis: ahead, sealedLines: "" })
      yield* send(server, { ...unfollows, createTimeSeconds: nowSeconds })
      assert.lengthOf(yield* blocks, 0)
    })
  )
})

describe("who unfollows while a line to them is kept", () => {
  it.effect("leaves no mail, and its writer hears that it was not sent", () =>
    Effect.gen(function* () {
      const { rig, servers } = yield* paired({ delivery: "passive" })
      // As another server leaves it, between the look at the room and the line.
      rig.faults.fateOf = (operation, key) => {
        if (key === keys.mail(bob) && operation === "append") leave(rig.store, bob)
        return "proceed"
      }
      const answer = yield* send(servers[0], typed(alice, "还在吗"))
      assert.isEmpty(rig.store.keys().filter((key) => key.endsWith(`:${bob}`)))
      assert.include(answer, word({ _tag: "NotSent" }))
    })
  )
})

const leave = (store: MemoryStore, who: typeof bob): void => {
  const [key = ""] = store.keys().filter((one) => one.startsWith("room:"))
  const room = decodeRoom(store.read(key, startMillis)?.value)
  if (room._tag !== "Open") return
  const close = { why: "unfollowed", closedBy: who, now: startMillis, writtenBy: room.writtenBy } as const
  store.set(key, JSON.stringify(closed(room, close)), ttlSeconds.closedRoom, startMillis)
  for (const own of store.keys()) if (own.endsWith(`:${who}`)) store.evict(own)
}

const decodeRoom = Schema.decodeUnknownSync(Schema.fromJsonString(Room))

describe("who unfollows while lines wait for them", () => {
  const refuses = (rig: Rig, who: Openid) => {
    rig.answerPush = (to) => (to === who ? Effect.fail(refusal(45047)) : Effect.void)
  }

  it.effect(
    "never reads these: their writer, who was told that they wait, hears so behind the end, once",
    () =>
      Effect.gen(function* () {
        const { rig, servers } = yield* paired()
        refuses(rig, alice)
        assert.include(yield* send(servers[1], typed(bob, "第一句")), "对方稍后收到")
        assert.include(yield* send(servers[1], typed(bob, "第二句")), "对方稍后收到")
        yield* send(servers[0], unfollows)
        const heard = pushedTo(rig, bob)
        assert.lengthOf(heard, 2)
        assert.include(heard[0], "对方已离开")
        assert.strictEqual(heard[1], word({ _tag: "NotSent", later: true }))
        assert.isEmpty(rig.store.keys().filter((key) => key.endsWith(`:${alice}`)))
      })
  )

  it.effect("as WeChat says when something is pushed to them: the same", () =>
    Effect.gen(function* () {
      const { rig, servers } = yield* paired()
      refuses(rig, alice)
      yield* send(servers[1], typed(bob, "第一句"))
      rig.answerPush = (to) => (to === alice ? Effect.fail(refusal(43004)) : Effect.void)
      // As if her window were open.
      rig.store.evict(keys.quota(alice))
      assert.include(yield* send(servers[1], typed(bob, "第二句")), "对方已离开")
      assert.deepStrictEqual(pushedTo(rig, bob), [word({ _tag: "NotSent", later: true })])
    })
  )

  it.effect("is told to nobody who left before them", () =>
    Effect.gen(function* () {
      const { rig, servers } = yield* paired({ delivery: "passive" })
      yield* send(servers[1], typed(bob, "第一句"))
      yield* send(servers[1], { ...unfollows, from: bob })
      yield* send(servers[0], unfollows)
      assert.isEmpty(rig.store.keys().filter((key) => key.endsWith(`:${bob}`)))
    })
  )
})
