/** A chat over several memcacheds of which one does not answer for a while: items are spread over all of them. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger, References } from "effect"
import { TestClock } from "effect/testing"
import { keys } from "../../src/chat/keys.ts"
import { Sessions } from "../../src/chat/sessions.ts"
import { Sweeper, sweepEveryMillis } from "../../src/chat/sweeper.ts"
import type { Openid } from "../../src/core/openid.ts"
import {
  alice,
  bob,
  carol,
  idleTimeoutMillis,
  makeRig,
  pairingTimeoutMillis,
  pushedTo,
  type Rig,
  type Server,
  startServer,
  toldWithinMillis
} from "./chat-rig.ts"
import { noFaults } from "./faulty-memcached.ts"

const minuteMillis = 60_000

const isPage = (key: string) => key.startsWith("due:")

/** Of the pages of the agenda one server has every second one or so. */
const parities = [0, 1] as const
const pagesOn = (parity: number) => (key: string) => isPage(key) && Number(key.slice(4)) % 2 === parity

/** The server on which these items are does not answer. */
const goDown = (rig: Rig, isDown: (key: string) => boolean) => {
  rig.faults.fateOf = (_operation, key) => (isDown(key) ? "drop" : "proceed")
}
const comeBack = (rig: Rig) => {
  rig.faults.fateOf = noFaults().fateOf
}

const pass = Effect.fnUntraced(function* (
  millis: number,
  sweepers: ReadonlyArray<Server>,
  everyMillis = sweepEveryMillis
) {
  for (let past = 0; past < millis; past += everyMillis) {
    yield* TestClock.adjust(Math.min(everyMillis, millis - past))
    // That a sweep could not do everything is no matter of these tests.
    yield* Effect.forEach(sweepers, ({ sweep, settled }) => Effect.andThen(Effect.ignore(sweep), settled), {
      concurrency: "unbounded"
    })
  }
})

const two = Effect.gen(function* () {
  const rig = yield* makeRig()
  return { rig, one: yield* startServer(rig), other: yield* startServer(rig) }
})

const timesTold = (rig: Rig, who: Openid, part: string) =>
  pushedTo(rig, who).filter((words) => words.includes(part)).length

const roomOf = (server: Server, who: Openid) =>
  Effect.map(server.run(Sessions.use((sessions) => sessions.read(who))), ({ value }) => {
    assert.isDefined(value?.room)
    return value.room
  })

describe("while one of several memcacheds is down", () => {
  it.effect.each([
    ["", 0, false],
    ["", 1, false],
    [", also if nobody can have the sweep's lease", 0, true]
  ] as const)("a search that runs out is told in time, once%s", ([, down, isLeaseDown]) =>
    Effect.gen(function* () {
      const { rig, one, other } = yield* two
      yield* one.press(alice, "配对")
      const isPageDown = pagesOn(down)
      goDown(rig, (key) => isPageDown(key) || (isLeaseDown && key === keys.sweep))
      yield* pass(pairingTimeoutMillis - sweepEveryMillis, [one, other])
      assert.strictEqual(timesTold(rig, alice, "配对失败"), 0)
      yield* pass(sweepEveryMillis + toldWithinMillis, [one, other])
      assert.strictEqual(timesTold(rig, alice, "配对失败"), 1)
      assert.strictEqual(yield* one.status(alice), 0)
    })
  )

  it.effect.each(parities)(
    "a search that began meanwhile is told in time, also if the lobby cannot be had (%s)",
    (down) =>
      Effect.gen(function* () {
        const { rig, one, other } = yield* two
        const isPageDown = pagesOn(down)
        goDown(rig, isPageDown)
        assert.include(yield* one.press(alice, "配对"), "正在配对")
        goDown(rig, (key) => isPageDown(key) || key === keys.lobby)
        yield* pass(pairingTimeoutMillis + toldWithinMillis, [one, other])
        assert.strictEqual(timesTold(rig, alice, "配对失败"), 1)
      })
  )

  it.effect.each(parities)("a pair that falls silent ends, and both are told in time, once (%s)", (down) =>
    Effect.gen(function* () {
      const { rig, one, other } = yield* two
      yield* one.press(alice, "配对")
      yield* other.press(bob, "配对")
      goDown(rig, pagesOn(down))
      yield* pass(idleTimeoutMillis - minuteMillis, [one, other])
      yield* one.say(alice, "在吗")
      yield* one.say(bob, "在")
      yield* pass(idleTimeoutMillis + toldWithinMillis, [one, other])
      for (const person of [alice, bob]) assert.strictEqual(timesTold(rig, person, "聊天已结束"), 1)
    })
  )

  it.effect("a room on it keeps nobody else from being told, and is looked at when it is back", () =>
    Effect.gen(function* () {
      const { rig, one, other } = yield* two
      yield* Effect.all([one.press(alice, "配对"), one.press(bob, "配对")], { concurrency: "unbounded" })
      yield* one.press(carol, "配对")
      const pairs = yield* roomOf(one, alice)
      goDown(rig, (key) => key.endsWith(pairs))
      // A server that knows of nothing but the agenda.
      const fresh = yield* startServer(rig)
      yield* pass(idleTimeoutMillis + minuteMillis, [fresh])
      assert.strictEqual(timesTold(rig, carol, "配对失败"), 1)
      assert.strictEqual(timesTold(rig, alice, "聊天已结束"), 0)
      comeBack(rig)
      yield* one.say(carol, "关于")
      yield* pass(2 * toldWithinMillis, [other])
      assert.strictEqual(yield* one.status(bob), 0)
      assert.isUndefined((yield* one.run(Sessions.use((sessions) => sessions.read(bob)))).value)
    })
  )
})

describe("a page of the agenda that cannot be had", () => {
  it.effect("for longer than one sweep catches up with holds up no other page, and is read in the end", () =>
    Effect.gen(function* () {
      const { rig, one, other } = yield* two
      yield* one.press(alice, "配对")
      yield* other.press(bob, "配对")
      yield* pass(20_000, [one])
      const room = yield* roomOf(one, bob)
      // The server that closes the room cannot tell anybody: what it noted is all there is.
      rig.faults.fateOf = (operation, key) =>
        operation === "cas" && key === keys.session(bob) ? "drop" : "proceed"
      yield* one.press(alice, "退出")
      const noted = rig.store
        .keys()
        .filter((key) => rig.store.read(key, 0)?.value.includes(room) && isPage(key))
      assert.isNotEmpty(noted)
      // A server that knows of nothing but the agenda.
      const fresh = yield* startServer(rig)
      const isLost = (key: string) => noted.includes(key)
      goDown(rig, isLost)
      yield* pass(120 * minuteMillis, [fresh], 10_000)
      yield* one.press(carol, "配对")
      // Found by the agenda alone.
      goDown(rig, (key) => isLost(key) || key === keys.lobby)
      yield* pass(pairingTimeoutMillis + toldWithinMillis, [fresh])
      assert.strictEqual(timesTold(rig, carol, "配对失败"), 1)
      assert.isDefined((yield* one.run(Sessions.use((sessions) => sessions.read(bob)))).value)
      comeBack(rig)
      yield* pass(toldWithinMillis, [fresh])
      assert.isUndefined((yield* one.run(Sessions.use((sessions) => sessions.read(bob)))).value)
    })
  )
})

describe("what cannot be swept", () => {
  it.effect(
    "is logged once when it begins and once when it is over, however many pages and rooms it is",
    () =>
      Effect.gen(function* () {
        const { rig, one } = yield* two
        const logged: Array<string> = []
        const logger = Logger.make<unknown, void>(({ message, logLevel }) => {
          logged.push(`${logLevel}: ${String(Array.isArray(message) ? message[0] : message)}`)
        })
        yield* one.press(alice, "配对")
        yield* Effect.forkScoped(
          one
            .run(Layer.launch(Sweeper.layerRunning))
            .pipe(
              Effect.provide(Logger.layer([logger])),
              Effect.provideService(References.MinimumLogLevel, "Info")
            )
        )
        const passing = Effect.forEach(Array.from({ length: 60 }), () => TestClock.adjust(sweepEveryMillis))
        yield* passing
        assert.deepStrictEqual(logged, [])
        goDown(rig, pagesOn(parities[0]))
        yield* passing
        assert.lengthOf(logged, 1)
        assert.match(logged[0] ?? "", /^Warn: .*tried again/u)
        comeBack(rig)
        yield* passing
        assert.lengthOf(logged, 2)
        assert.match(logged[1] ?? "", /^Info: /u)
      })
  )
})
