import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, Schema } from "effect"
import { TestClock } from "effect/testing"
import { beatEveryMillis, leaseMillis, type Mine } from "../../src/chat/claim.ts"
import {
  type Answered,
  Duplicates,
  type Over,
  underwayPollMillis,
  watchMillis
} from "../../src/chat/duplicates.ts"
import { keys } from "../../src/chat/keys.ts"
import { text } from "../../src/core/content.ts"
import { Memcached } from "../../src/memcached/memcached.ts"
import { MemoryStore } from "../../src/memcached/memory-store.ts"
import { failOnce, faultyMemcached, noFaults } from "./faulty-memcached.ts"

const start = Effect.fnUntraced(function* (store: MemoryStore, plan = noFaults()) {
  const layer = Duplicates.layer.pipe(
    Layer.provide(faultyMemcached(plan)),
    Layer.provide(Memcached.layerStore(store))
  )
  const duplicates = Context.get(yield* Layer.build(Layer.fresh(layer)), Duplicates)

  /** As an attempt does: waits as long as another works on the message, and takes over from the dead. */
  const claim = Effect.fnUntraced(function* (key: string) {
    let over: Over | undefined
    for (;;) {
      const claimed = yield* duplicates.tryClaim(key, over)
      if (claimed._tag !== "Underway") return claimed
      const ended = yield* duplicates.whenOver(key)
      if (ended._tag === "Answered") return ended
      over = ended
    }
  })
  return { ...duplicates, claim }
})

const answer = text("你好")

/** Advances until the claim is decided. */
const decided = <E>(claim: Effect.Effect<Mine | Answered, E>, withinMillis: number) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(claim)
    yield* TestClock.adjust(withinMillis)
    return fiber
  })

const claimed = (claim: Mine | Answered): Mine => {
  if (claim._tag !== "Mine") throw new Error("the message is worked on elsewhere")
  return claim
}

describe("attempts of one message", () => {
  it.effect.prop(
    "of many on two servers one works, the others wait for its answer",
    [Schema.Literals([2, 3, 8]), Schema.Boolean],
    ([attempts, speaks]) =>
      Effect.gen(function* () {
        const said = speaks ? answer : undefined
        const store = new MemoryStore()
        const servers = [yield* start(store), yield* start(store)]
        const fibers = yield* Effect.forEach(Array.from({ length: attempts }), (_, index) =>
          Effect.forkChild(servers[index % 2]!.claim("k"))
        )
        yield* TestClock.adjust(1_000)
        const ended = fibers.flatMap((fiber) => {
          const exit = fiber.pollUnsafe()
          return exit?._tag === "Success" ? [exit.value] : []
        })
        assert.deepStrictEqual(
          ended.map(({ _tag }) => _tag),
          ["Mine"]
        )
        const [mine] = ended
        if (mine?._tag === "Mine") yield* mine.settle(said)
        yield* TestClock.adjust(1_000)
        const claims = yield* Effect.forEach(fibers, Fiber.join)
        assert.lengthOf(
          claims.filter(({ _tag }) => _tag === "Mine"),
          1
        )
        for (const claim of claims) if (claim._tag === "Answered") assert.deepStrictEqual(claim.answer, said)
      })
  )

  it.effect("another message is another claim", () =>
    Effect.gen(function* () {
      const duplicates = yield* start(new MemoryStore())
      assert.strictEqual((yield* duplicates.claim("a"))._tag, "Mine")
      assert.strictEqual((yield* duplicates.claim("b"))._tag, "Mine")
    })
  )

  it.effect("who died is replaced by one, while WeChat's second attempt still waits", () =>
    Effect.gen(function* () {
      const store = new MemoryStore()
      const [dead, one, other] = [yield* start(store), yield* start(store), yield* start(store)]
      assert.isFalse(claimed(yield* dead.claim("k")).takenOver)
      const early = yield* decided(one.claim("k"), leaseMillis - underwayPollMillis)
      assert.isUndefined(early.pollUnsafe())
      const late = yield* Effect.forkChild(other.claim("k"))
      yield* TestClock.adjust(watchMillis + 3 * underwayPollMillis)
      const taken = [early, late].filter((fiber) => fiber.pollUnsafe() !== undefined)
      assert.lengthOf(taken, 1)
      const claim = claimed(yield* Fiber.join(taken[0]!))
      assert.isTrue(claim.takenOver)
      yield* claim.settle(answer)
      yield* TestClock.adjust(2 * underwayPollMillis)
      const rest = yield* Fiber.join([early, late].find((fiber) => fiber !== taken[0])!)
      assert.deepStrictEqual(rest, { _tag: "Answered", answer })
    })
  )

  it.effect(
    "who lives is waited for, however long the work takes, and whatever the clock of the other says",
    () =>
      Effect.gen(function* () {
        const store = new MemoryStore()
        const [busy, other] = [yield* start(store), yield* start(store)]
        const claim = claimed(yield* busy.claim("k"))
        const beats = yield* Effect.forkChild(claim.alive(Effect.never))
        const waiting = yield* decided(other.claim("k"), 60_000)
        assert.isUndefined(waiting.pollUnsafe())
        // By the clock of the other server its lease has always run out.
        const item = store.read(keys.seen("k"), 0)
        store.set(
          keys.seen("k"),
          item!.value.replace(/"aliveUntilMillis":\d+/, '"aliveUntilMillis":0'),
          100,
          0
        )
        yield* TestClock.adjust(beatEveryMillis)
        assert.isUndefined(waiting.pollUnsafe())
        yield* Fiber.interrupt(beats)
        yield* TestClock.adjust(leaseMillis + watchMillis + underwayPollMillis)
        assert.isTrue(claimed(yield* Fiber.join(waiting)).takenOver)
      })
  )

  it.effect("of the holder and whoever took over from them one may send", () =>
    Effect.gen(function* () {
      const store = new MemoryStore()
      const [one, other] = [yield* start(store), yield* start(store)]
      const first = claimed(yield* one.claim("k"))
      const second = claimed(yield* Fiber.join(yield* decided(other.claim("k"), 10_000)))
      assert.deepStrictEqual(
        yield* Effect.all([second.firstToSend, first.firstToSend, second.firstToSend, first.firstToSend]),
        [true, false, true, false]
      )
    })
  )

  it.effect.prop(
    "an answer that came too late is given by one attempt, or taken back, and stays the answer of all others",
    [Schema.Boolean],
    ([isTaken]) =>
      Effect.gen(function* () {
        const store = new MemoryStore()
        const [one, other] = [yield* start(store), yield* start(store)]
        const claim = claimed(yield* one.claim("k"))
        yield* claim.offer(answer)
        if (isTaken) assert.deepStrictEqual(yield* other.claim("k"), { _tag: "Answered", answer })
        assert.strictEqual(yield* claim.withdraw, !isTaken)
        const after: Answered = { _tag: "Answered", answer: isTaken ? answer : undefined }
        assert.deepStrictEqual(yield* other.claim("k"), after)
        assert.deepStrictEqual(yield* one.claim("k"), after)
        assert.isFalse(yield* claim.withdraw)
      })
  )

  it.effect("a claim that cannot be read is taken over at once", () =>
    Effect.gen(function* () {
      const store = new MemoryStore()
      store.set(keys.seen("k"), "{", 100, 0)
      assert.strictEqual((yield* (yield* start(store)).claim("k"))._tag, "Mine")
    })
  )

  it.effect.prop(
    "a lost answer of memcached neither doubles a claim nor loses it",
    [Schema.Literals(["loseAnswer", "drop"])],
    ([how]) =>
      Effect.gen(function* () {
        const store = new MemoryStore()
        const plan = noFaults()
        const duplicates = yield* start(store, plan)
        failOnce(plan, "add", "seen:", how)
        const fiber = yield* decided(duplicates.claim("k"), 1_000)
        assert.strictEqual((yield* Fiber.join(fiber))._tag, "Mine")
        const second = yield* decided(duplicates.claim("k"), 1_000)
        assert.isUndefined(second.pollUnsafe())
      })
  )

  it.effect("an answer stays as long as a replay is let in", () =>
    Effect.gen(function* () {
      const duplicates = yield* start(new MemoryStore())
      const claim = yield* duplicates.claim("k")
      if (claim._tag === "Mine") yield* claim.settle(answer)
      yield* TestClock.adjust("20 minutes")
      assert.strictEqual((yield* duplicates.claim("k"))._tag, "Answered")
    })
  )
})
