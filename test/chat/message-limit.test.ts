import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Layer, Schema } from "effect"
import { TestClock } from "effect/testing"
import { keys } from "../../src/chat/keys.ts"
import { countedAlone, MessageLimit, messagesPerMinute, type Pace } from "../../src/chat/message-limit.ts"
import { Memcached } from "../../src/memcached/memcached.ts"
import { MemoryStore } from "../../src/memcached/memory-store.ts"
import { alice, bob, pushedTo, startMillis } from "./chat-rig.ts"
import { failAlways, faultyMemcached, noFaults } from "./faulty-memcached.ts"
import { paired, send, typed } from "./inbox-stage.ts"

/** Servers that share `store`. */
const limits = Effect.fnUntraced(function* (store: MemoryStore, servers: number, faults = noFaults()) {
  yield* TestClock.setTime(startMillis)
  const memcached = faultyMemcached(faults).pipe(Layer.provide(Memcached.layerStore(store)))
  const build = Layer.build(Layer.fresh(Layer.merge(MessageLimit.layer, memcached)))
  const contexts = yield* Effect.replicateEffect(build, servers)
  return (server: number) => Effect.provideContext(countOne, contexts[server]!)
})

/** A message as the inbox counts it. */
const countOne = Effect.gen(function* () {
  const limit = yield* MessageLimit
  const { ask, pace } = limit.counting(alice, yield* Clock.currentTimeMillis)
  if (ask === undefined) return pace(undefined)
  const [asked] = yield* (yield* Memcached).askAll([ask])
  return pace(asked)
})

describe("messages per person and minute", () => {
  it.effect.prop(
    "however they fall on two servers, one is just over the limit and everything after it over",
    [Schema.Array(Schema.Boolean)],
    ([coins]) =>
      Effect.gen(function* () {
        const count = yield* limits(new MemoryStore(), 2)
        const paces: Array<Pace> = []
        const all = 2 * messagesPerMinute
        for (let sent = 0; sent < all; sent += 1) {
          paces.push(yield* count(coins[sent % Math.max(1, coins.length)] === true ? 1 : 0))
        }
        const fine = paces.filter((pace) => pace === "fine").length
        assert.isAtLeast(fine, messagesPerMinute - countedAlone)
        assert.isAtMost(fine, messagesPerMinute + countedAlone)
        assert.lengthOf(
          paces.filter((pace) => pace === "justOver"),
          1
        )
      }),
    { arbitrary: { runs: 20 } }
  )

  it.effect("an ordinary chat costs memcached nothing, and the next minute begins anew", () =>
    Effect.gen(function* () {
      const store = new MemoryStore()
      const count = yield* limits(store, 1)
      const minute = Math.floor(startMillis / 60_000)
      for (let sent = 0; sent < countedAlone; sent += 1) yield* count(0)
      assert.isUndefined(store.read(keys.pace(alice, minute), startMillis))
      for (let sent = 0; sent < messagesPerMinute; sent += 1) yield* count(0)
      assert.strictEqual(yield* count(0), "over")
      yield* TestClock.adjust(60_000)
      assert.strictEqual(yield* count(0), "fine")
    })
  )

  it.effect("without memcached each server counts alone", () =>
    Effect.gen(function* () {
      const faults = noFaults()
      failAlways(faults, "drop")
      const count = yield* limits(new MemoryStore(), 1, faults)
      const paces = yield* Effect.replicateEffect(count(0), messagesPerMinute + 2)
      assert.deepStrictEqual(paces.slice(messagesPerMinute - 1), ["fine", "justOver", "over"])
    })
  )
})

describe("a flood", () => {
  it.effect("one sentence, then silence; nothing more reaches the partner until the minute is over", () =>
    Effect.gen(function* () {
      const { rig, servers } = yield* paired()
      const answers: Array<string | undefined> = []
      for (let sent = 0; sent < messagesPerMinute + 2 * countedAlone; sent += 1) {
        answers.push(yield* send(servers[0], typed(alice, `line ${sent}`)))
      }
      const told = answers.filter((answer) => answer?.includes("发得太快") === true)
      assert.lengthOf(told, 1)
      const before = answers.indexOf(told[0])
      assert.isTrue(answers.slice(before + 1).every((answer) => answer === undefined))
      const received = [...pushedTo(rig, bob), (yield* send(servers[1], typed(bob, "喂"))) ?? ""].join("\n")
      assert.include(received, "line 0")
      assert.notInclude(received, `line ${messagesPerMinute + countedAlone}`)
      yield* TestClock.adjust(60_000)
      assert.notInclude((yield* send(servers[0], typed(alice, "#状态"))) ?? "", "太快")
    })
  )
})
