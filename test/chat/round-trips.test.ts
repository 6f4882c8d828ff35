import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { keys, ttlSeconds } from "../../src/chat/keys.ts"
import { Ledger } from "../../src/chat/ledger.ts"
import { windows } from "../../src/core/allowance.ts"
import type { Incoming } from "../../src/wechat/messages.ts"
import {
  alice,
  bob,
  carol,
  makeRig,
  pushedTo,
  type Rig,
  type Server,
  startMillis,
  startServer
} from "./chat-rig.ts"
import { answer, clicked, paired, send, startSeconds, typed, wordsOf } from "./inbox-stage.ts"

/** What an operation of memcached takes here; those that are asked together take as long as one. */
const roundTripMillis = 10

/** Longer than anything that is measured here. */
const enoughMillis = 1_000

interface Answered {
  readonly words: string | undefined
  /** How many times memcached was waited for, before the answer and before each push. */
  readonly before: number
  readonly beforePushes: ReadonlyArray<number>
}

const atRoundTrips = Effect.fnUntraced(function* (rig: Rig, server: Server, incoming: Incoming) {
  const now = Clock.currentTimeMillis
  const cameMillis = yield* now
  const tripsSince = Effect.map(now, (millis) => (millis - cameMillis) / roundTripMillis)
  const beforePushes: Array<number> = []
  const takePush = rig.answerPush
  rig.answerPush = () => Effect.map(tripsSince, (trips) => void beforePushes.push(trips))
  rig.faults.takesMillis = () => roundTripMillis
  const fresh = { ...incoming, createTimeSeconds: Math.floor(cameMillis / 1_000) }
  const fiber = yield* Effect.forkChild(
    Effect.flatMap(answer(server, fresh), (content) =>
      Effect.map(tripsSince, (before): Answered => ({ words: wordsOf(content), before, beforePushes }))
    )
  )
  for (let millis = 0; millis < enoughMillis; millis += roundTripMillis) {
    yield* TestClock.adjust(roundTripMillis)
  }
  rig.faults.takesMillis = () => 0
  rig.answerPush = takePush
  return yield* Fiber.join(fiber)
})

describe("a message waits for memcached", () => {
  it.effect("once when it is answered by what the sender's session says", () =>
    Effect.gen(function* () {
      const rig = yield* makeRig()
      const server = yield* startServer(rig)
      const hint = yield* atRoundTrips(rig, server, typed(alice, "你好"))
      assert.deepInclude(hint, { before: 1, beforePushes: [] })
      assert.isString(hint.words)
    })
  )

  it.effect("twice before it is passed on, in a chat in which this server saw the writer before", () =>
    Effect.gen(function* () {
      const { rig, servers } = yield* paired()
      const line = yield* atRoundTrips(rig, servers[0], typed(alice, "一句话"))
      assert.deepEqual(line, { words: undefined, before: 2, beforePushes: [2] })
      assert.deepStrictEqual(pushedTo(rig, bob), ["一句话"])
    })
  )

  it.effect("three times where the server sees the writer for the first time", () =>
    Effect.gen(function* () {
      const { rig, servers } = yield* paired()
      const lines = ["第一句", "第二句"].map((words) => typed(alice, words))
      const trips: Array<ReadonlyArray<number>> = []
      for (const line of lines) trips.push((yield* atRoundTrips(rig, servers[1], line)).beforePushes)
      assert.deepStrictEqual(trips, [[3], [2]])
      assert.deepStrictEqual(pushedTo(rig, bob), ["第一句", "第二句"])
    })
  )
})

describe("a line goes to the partner of now", () => {
  it.effect("also where this server foresaw the one of before", () =>
    Effect.gen(function* () {
      const { rig, servers } = yield* paired()
      yield* send(servers[0], typed(alice, "给小明"))
      yield* send(servers[1], clicked(alice, "退出"))
      yield* send(servers[1], clicked(bob, "退出"))
      yield* send(servers[1], clicked(carol, "配对"))
      yield* send(servers[1], clicked(alice, "配对"))
      rig.pushes.length = 0
      const line = yield* atRoundTrips(rig, servers[0], typed(alice, "给小红"))
      assert.deepStrictEqual(line.beforePushes, [3])
      assert.deepStrictEqual(pushedTo(rig, carol), ["给小红"])
      assert.deepStrictEqual(pushedTo(rig, bob), [])
    })
  )

  it.effect("not at all, when the foreseen partner left meanwhile", () =>
    Effect.gen(function* () {
      const { rig, servers } = yield* paired()
      yield* send(servers[0], typed(alice, "还在"))
      yield* send(servers[1], clicked(bob, "退出"))
      rig.pushes.length = 0
      yield* send(servers[0], typed(alice, "走了"))
      assert.deepStrictEqual(pushedTo(rig, bob), [])
    })
  )
})

describe("where somebody was", () => {
  it.effect("is forgotten when they unfollow: what they send after that is not looked up there", () =>
    Effect.gen(function* () {
      const { rig, servers } = yield* paired()
      yield* send(servers[0], typed(alice, "一句话"))
      const unfollowed = {
        _tag: "Unfollowed",
        to: "gh_0",
        from: alice,
        createTimeSeconds: startSeconds
      } as const
      yield* send(servers[0], unfollowed)
      const rooms: Array<string> = []
      rig.faults.fateOf = (_operation, key) => {
        if (key.startsWith("room:")) rooms.push(key)
        return "proceed"
      }
      yield* send(servers[0], typed(alice, "还有一句"))
      assert.deepStrictEqual(rooms, [])
    })
  )
})

describe("a push that is counted while nobody knows yet whether it may be sent", () => {
  const used = (server: Server) =>
    server.run(
      Effect.flatMap(Ledger, (ledger) => Effect.map(ledger.read(bob), ({ allowance }) => allowance.used))
    )

  it.effect("is counted once", () =>
    Effect.gen(function* () {
      const { servers } = yield* paired()
      for (let line = 1; line < windows.message.pushes; line += 1) {
        yield* send(servers[0], typed(alice, `第 ${line} 句`))
        assert.strictEqual(yield* used(servers[0]), line)
      }
    })
  )

  it.effect("and once also when the writer's session changes at that moment", () =>
    Effect.gen(function* () {
      const { rig, servers } = yield* paired()
      // A line ends that the pairing is being shown, so it writes the session.
      yield* send(servers[0], clicked(alice, "配对"))
      assert.strictEqual(yield* servers[0].status(alice), 12)
      const mine = keys.session(alice)
      let changes = 0
      rig.faults.fateOf = (operation, key) => {
        const item = rig.store.read(mine, startMillis)
        if (operation === "cas" && key === mine && item !== undefined && changes === 0) {
          changes += 1
          rig.store.set(mine, item.value, ttlSeconds.chat, startMillis)
        }
        return "proceed"
      }
      yield* send(servers[0], typed(alice, "一句话"))
      assert.strictEqual(changes, 1)
      assert.deepStrictEqual(pushedTo(rig, bob), ["一句话"])
      assert.strictEqual(yield* used(servers[0]), 1)
    })
  )
})
