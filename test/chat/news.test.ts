import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Schema } from "effect"
import { TestClock } from "effect/testing"
import { keys } from "../../src/chat/keys.ts"
import { answerUnderWayMillis, News, tellingLeaseMillis } from "../../src/chat/news.ts"
import { Rooms } from "../../src/chat/rooms.ts"
import { Sessions } from "../../src/chat/sessions.ts"
import type { Openid } from "../../src/core/openid.ts"
import type { CloseReason, RoomId } from "../../src/core/room.ts"
import { errcodes } from "../../src/wechat/errcodes.ts"
import { alice, bob, makeRig, pushedTo, refusal, type Rig, type Server, startServer } from "./chat-rig.ts"
import { send, typed } from "./inbox-stage.ts"

const tell = (server: Server, who: Openid, room: RoomId) =>
  Effect.andThen(server.run(Effect.flatMap(News, (news) => news.tell(who, room))), server.settled)

/** Alice and Bob became a pair on the first server `millis` ago; the room is closed, and nobody was told. */
const endedAfter = Effect.fnUntraced(function* (millis: number, why: CloseReason = "left", by = alice) {
  const rig = yield* makeRig()
  const servers = [yield* startServer(rig), yield* startServer(rig)] as const
  const [one] = servers
  yield* one.press(alice, "配对")
  yield* one.press(bob, "配对")
  yield* TestClock.adjust(millis)
  const room = yield* one.run(
    Effect.gen(function* () {
      const rooms = yield* Rooms
      const session = yield* Effect.flatMap(Sessions, (sessions) => sessions.read(bob))
      const id = session.value?.room
      assert.isDefined(id)
      yield* rooms.close(id!, yield* rooms.read(id!), why, by)
      return id!
    })
  )
  rig.pushes.length = 0
  return { rig, servers, room }
})

const ended = endedAfter(answerUnderWayMillis)

const timesTold = (rig: Rig, who: Openid) =>
  pushedTo(rig, who).filter((words) => words.includes("对方已离开")).length

describe("a piece of news", () => {
  it.effect.prop("is told once, however many tell at the same time", [Schema.Literals([2, 5])], ([tellers]) =>
    Effect.gen(function* () {
      const { rig, servers, room } = yield* ended
      rig.faults.interleaved = true
      yield* Effect.forEach(
        Array.from({ length: tellers }),
        (_, index) => tell(servers[index % 2 === 0 ? 0 : 1], bob, room),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(timesTold(rig, bob), 1)
      assert.strictEqual(yield* servers[0].status(bob), 0)
      assert.include(rig.store.read(keys.session(bob), 0)?.value, '"state":0')
    })
  )

  it.effect("is not told to whoever heard it in an answer, nor to whoever made it", () =>
    Effect.gen(function* () {
      const { rig, servers, room } = yield* ended
      assert.include(yield* servers[1].press(bob, "状态"), "对方已离开")
      yield* tell(servers[0], bob, room)
      yield* tell(servers[0], alice, room)
      assert.lengthOf(rig.pushes, 0)
    })
  )

  it.effect("of one room is not told to whoever looks elsewhere by now", () =>
    Effect.gen(function* () {
      const { rig, servers, room } = yield* ended
      yield* servers[1].press(bob, "配对")
      rig.pushes.length = 0
      yield* tell(servers[0], bob, room)
      assert.lengthOf(rig.pushes, 0)
      assert.strictEqual(yield* servers[0].status(bob), 1)
    })
  )

  it.effect("whose teller died is told by another when its time is over", () =>
    Effect.gen(function* () {
      const { rig, servers, room } = yield* ended
      // The push never ends: the server dies with it.
      rig.answerPush = () => Effect.never
      const dying = yield* Effect.forkChild(tell(servers[0], bob, room))
      yield* TestClock.adjust(1_000)
      rig.answerPush = () => Effect.void
      yield* tell(servers[1], bob, room)
      assert.strictEqual(timesTold(rig, bob), 0)
      yield* TestClock.adjust(tellingLeaseMillis)
      yield* tell(servers[1], bob, room)
      assert.strictEqual(timesTold(rig, bob), 1)
      assert.isUndefined(dying.pollUnsafe())
    })
  )

  it.effect("that becomes mail while its receiver writes rides on the answer to that", () =>
    Effect.gen(function* () {
      const { rig, servers, room } = yield* ended
      rig.answerPush = () =>
        Effect.andThen(Effect.sleep(300), Effect.fail(refusal(errcodes.notPermitted.code)))
      const telling = yield* Effect.forkChild(tell(servers[0], bob, room))
      yield* TestClock.adjust(100)
      const writing = yield* Effect.forkChild(send(servers[1], typed(bob, "还在吗")))
      yield* TestClock.adjust(1_000)
      assert.include(yield* Fiber.join(writing), "对方已离开")
      yield* Fiber.join(telling)
    })
  )

  it.effect("is not said again to whoever acts while a slow push is on its way", () =>
    Effect.gen(function* () {
      const { rig, servers, room } = yield* ended
      rig.answerPush = () => Effect.sleep(2_800)
      const telling = yield* Effect.forkChild(tell(servers[0], bob, room))
      yield* TestClock.adjust(300)
      const asking = yield* Effect.forkChild(servers[1].press(bob, "状态"))
      yield* TestClock.adjust(3_500)
      yield* Fiber.join(telling)
      assert.strictEqual(timesTold(rig, bob), 1)
      assert.notInclude(yield* Fiber.join(asking), "对方已离开")
    })
  )

  it.effect("waits in the mailbox where it cannot be pushed", () =>
    Effect.gen(function* () {
      const { rig, servers, room } = yield* ended
      yield* servers[0].run(
        Effect.sync(() =>
          rig.store.set(
            keys.quota(bob),
            JSON.stringify({ trigger: "click", openedAtMillis: 0, used: 3, shut: false }),
            100,
            1_700_000_000_000
          )
        )
      )
      yield* tell(servers[0], bob, room)
      assert.lengthOf(rig.pushes, 0)
      assert.isDefined(rig.store.read(keys.mail(bob), 0))
      assert.strictEqual(yield* servers[1].status(bob), 0)
    })
  )
})

describe("word of the end of a pair", () => {
  /** `News.tell` alone: what the rig settles moves time. */
  const telling = (server: Server, who: Openid, room: RoomId) =>
    Effect.forkChild(server.run(Effect.flatMap(News, (news) => news.tell(who, room))))

  it.effect("that is young goes at once where both were told of it, by an answer or by push", () =>
    Effect.gen(function* () {
      for (const [told, closer] of [
        [alice, bob],
        [bob, alice]
      ] as const) {
        const { rig, servers, room } = yield* endedAfter(0, "left", closer)
        yield* telling(servers[0], told, room)
        yield* TestClock.adjust(0)
        assert.strictEqual(timesTold(rig, told), 1)
      }
    })
  )

  it.effect("waits on another server until the answer that told of the pair is there", () =>
    Effect.gen(function* () {
      const { rig, servers, room } = yield* endedAfter(500)
      const fiber = yield* telling(servers[1], bob, room)
      yield* TestClock.adjust(answerUnderWayMillis - 501)
      assert.strictEqual(timesTold(rig, bob), 0)
      yield* TestClock.adjust(1)
      yield* Fiber.join(fiber)
      assert.strictEqual(timesTold(rig, bob), 1)
    })
  )

  it.effect(
    "that was called off waits as long however old it is, since the clock of that server may be wrong",
    () =>
      Effect.gen(function* () {
        const { rig, servers, room } = yield* endedAfter(60_000, "lost")
        const fiber = yield* telling(servers[1], bob, room)
        yield* TestClock.adjust(answerUnderWayMillis - 1)
        assert.strictEqual(timesTold(rig, bob), 0)
        yield* TestClock.adjust(1)
        yield* Fiber.join(fiber)
        assert.strictEqual(timesTold(rig, bob), 1)
      })
  )

  it.effect("is heard without waiting by who asks", () =>
    Effect.gen(function* () {
      const { rig, servers, room } = yield* endedAfter(500)
      const fiber = yield* telling(servers[1], bob, room)
      yield* TestClock.adjust(1_000)
      assert.include(yield* servers[1].press(bob, "状态"), "对方已离开")
      yield* TestClock.adjust(answerUnderWayMillis)
      yield* Fiber.join(fiber)
      assert.strictEqual(timesTold(rig, bob), 0)
    })
  )
})
