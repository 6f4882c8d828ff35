/** What is due while WeChat takes its time over pushes. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import { mostTellings } from "../../src/chat/due-rooms.ts"
import { tellingLeaseMillis } from "../../src/chat/news.ts"
import { Sweeper, sweepEveryMillis } from "../../src/chat/sweeper.ts"
import { Openid } from "../../src/core/openid.ts"
import {
  alice,
  bob,
  carol,
  dave,
  idleTimeoutMillis,
  makeRig,
  pairingTimeoutMillis,
  pushedTo,
  type Rig,
  type Server,
  startServer,
  toldWithinMillis
} from "./chat-rig.ts"

/** As long as a push may take while WeChat hangs. */
const hungMillis = 9_000

const pass = Effect.fnUntraced(function* (millis: number) {
  for (let past = 0; past < millis; past += sweepEveryMillis) {
    yield* TestClock.adjust(Math.min(sweepEveryMillis, millis - past))
  }
})

/** Sweeps as a server does that serves, until the scope ends. */
const sweeping = (server: Server) => Effect.forkScoped(server.run(Layer.launch(Sweeper.layerRunning)))

const pair = Effect.fnUntraced(function* (server: Server, one: Openid, other: Openid) {
  yield* Effect.all([server.press(one, "配对"), server.press(other, "配对")], { concurrency: "unbounded" })
})

const timesTold = (rig: Rig, who: Openid, part: string) =>
  pushedTo(rig, who).filter((words) => words.includes(part)).length

describe("pushes that hang", () => {
  it.effect("hold up nobody else's deadline", () =>
    Effect.gen(function* () {
      const rig = yield* makeRig()
      const one = yield* startServer(rig)
      yield* pair(one, alice, bob)
      yield* pair(one, carol, dave)
      yield* sweeping(one)
      // So that pushes may tell them.
      yield* pass(idleTimeoutMillis / 2)
      yield* Effect.forEach([alice, bob], (who) => one.say(who, "在吗"))
      yield* pass(3_000)
      yield* Effect.forEach([carol, dave], (who) => one.say(who, "在吗"))
      rig.answerPush = (to) => (to === alice || to === bob ? Effect.sleep(hungMillis) : Effect.void)
      yield* pass(idleTimeoutMillis + toldWithinMillis)
      for (const person of [carol, dave]) assert.strictEqual(timesTold(rig, person, "聊天已结束"), 1)
      yield* pass(2 * hungMillis)
      for (const person of [alice, bob]) assert.strictEqual(timesTold(rig, person, "聊天已结束"), 1)
    }).pipe(Effect.scoped)
  )

  it.effect("are not many at the same time, though many chats end at once; and all are told, once", () =>
    Effect.gen(function* () {
      const rig = yield* makeRig()
      const one = yield* startServer(rig)
      const crowd = Array.from({ length: 2 * mostTellings }, (_, number) => Openid.make(`o${number}`))
      yield* Effect.forEach(crowd, (who) => one.press(who, "配对"), { concurrency: "unbounded" })
      yield* sweeping(one)
      yield* pass(idleTimeoutMillis / 2)
      yield* Effect.forEach(crowd, (who) => one.say(who, "在吗"), { concurrency: "unbounded" })
      let [now, most] = [0, 0]
      rig.answerPush = () =>
        Effect.suspend(() => {
          now += 1
          most = Math.max(most, now)
          return Effect.ensuring(
            Effect.sleep(3_000),
            Effect.sync(() => {
              now -= 1
            })
          )
        })
      yield* pass(idleTimeoutMillis + 20_000)
      assert.isAbove(most, mostTellings / 2)
      assert.isAtMost(most, mostTellings)
      for (const person of crowd) assert.strictEqual(timesTold(rig, person, "聊天已结束"), 1, person)
    }).pipe(Effect.scoped)
  )

  it.effect("and a server that dies over one: another tells, once, when its time is over", () =>
    Effect.gen(function* () {
      const rig = yield* makeRig()
      const [dying, other] = [yield* startServer(rig), yield* startServer(rig)]
      yield* dying.press(alice, "配对")
      yield* TestClock.adjust(pairingTimeoutMillis)
      rig.answerPush = () => Effect.never
      // Its sweeps, and what they began, go no further.
      for (let second = 0; second < 3; second += 1) {
        yield* Effect.forkScoped(dying.run(Sweeper.use(({ sweep }) => sweep)))
        yield* TestClock.adjust(sweepEveryMillis)
      }
      rig.answerPush = () => Effect.void
      yield* sweeping(other)
      yield* pass(tellingLeaseMillis + 2 * toldWithinMillis)
      assert.strictEqual(timesTold(rig, alice, "配对失败"), 1)
    }).pipe(Effect.scoped)
  )
})
