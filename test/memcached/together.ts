/** What `askAll` must do on every layer: what the single operations do, in their order. */
import { assert, layer } from "@effect/vitest"
import { Arbitrary, Effect, Exit, type Layer, Option, Schema } from "effect"
import { type Ask, ask, understood } from "../../src/memcached/asks.ts"
import { Memcached, type MemcachedError } from "../../src/memcached/memcached.ts"
import { oneByOne } from "../../src/memcached/one-by-one.ts"

const ttlSeconds = 600

const key = Schema.Literals(["one", "two", "three", "not a key"])
const value = Schema.Literals(["", "7", "小猴🐒"])

const step = Schema.TaggedUnion({
  Get: { key },
  Set: { key, value },
  Add: { key, value },
  Increment: { key, by: Schema.Literals([0, 2, -1]) }
})

const group = Schema.Struct({ steps: Schema.Array(step), urgency: Schema.Literals(["now", "piggybacked"]) })

const askedBy = (prefix: string, each: typeof step.Type): Ask<unknown> => {
  const name = `${prefix}:${each.key}`
  return step.match(each, {
    Get: () => ask.get(name),
    Set: ({ value }) => ask.set(name, value, ttlSeconds),
    Add: ({ value }) => ask.add(name, value, ttlSeconds),
    Increment: ({ by }) => ask.increment(name, by, 5, ttlSeconds)
  })
}

export const togetherContract = (name: string, memcachedLayer: Layer.Layer<Memcached>): void => {
  let asked = 0

  layer(memcachedLayer, { excludeTestServices: true })(`asking together, ${name}`, (it) => {
    it.effect.prop(
      "answers each as if it were asked after those before it",
      { steps: Arbitrary.array(Arbitrary.schema(step)) },
      ({ steps }) =>
        Effect.gen(function* () {
          asked += 1
          const memcached = yield* Memcached
          const together = yield* memcached.askAll(steps.map((each) => askedBy(`together${asked}`, each)))
          const { askAll } = oneByOne(memcached)
          const inTurn = yield* Effect.forEach(steps, (each) =>
            Effect.map(askAll([askedBy(`inTurn${asked}`, each)]), ([exit]) => exit)
          )
          assert.deepStrictEqual(together.map(shown), inTurn.map(shown))
        }),
      { arbitrary: { runs: 200, size: 20 } }
    )

    it.effect.prop(
      "keeps the order in which several groups came, though nobody waits for some of them",
      { groups: Arbitrary.array(Arbitrary.schema(group)) },
      ({ groups }) =>
        Effect.gen(function* () {
          asked += 1
          const memcached = yield* Memcached
          const atOnce = yield* Effect.forEach(
            groups,
            ({ steps, urgency }) =>
              memcached.askAll(
                steps.map((each) => askedBy(`atOnce${asked}`, each)),
                urgency
              ),
            { concurrency: "unbounded" }
          )
          const { askAll } = oneByOne(memcached)
          const inTurn = yield* Effect.forEach(
            groups.flatMap(({ steps }) => steps),
            (each) => Effect.map(askAll([askedBy(`inTurn${asked}`, each)]), ([exit]) => exit)
          )
          assert.deepStrictEqual(atOnce.flat().map(shown), inTurn.map(shown))
        }),
      { arbitrary: { runs: 100, size: 10 } }
    )

    it.effect("reads versions and writes by them, and makes of answers what was wanted", () =>
      Effect.gen(function* () {
        const memcached = yield* Memcached
        yield* memcached.set("together:version", "before", ttlSeconds)
        const [found, absent] = yield* memcached.askAll([
          ask.gets("together:version"),
          understood(ask.gets("together:absent"), Option.isNone)
        ])
        assert.deepStrictEqual(absent, Exit.succeed(true))
        const { version } = Option.getOrThrow(yield* found)
        const exits = yield* memcached.askAll([
          ask.cas("together:version", "after", version, ttlSeconds),
          ask.cas("together:version", "again", version, ttlSeconds),
          ask.get("together:version")
        ])
        assert.deepStrictEqual(exits, [
          Exit.succeed(true),
          Exit.succeed(false),
          Exit.succeed(Option.some("after"))
        ])
        assert.deepStrictEqual(yield* memcached.askAll([]), [])
      })
    )
  })
}

type Outcome = Exit.Exit<unknown, MemcachedError> | undefined

/** Without the server, which the key decides. */
const shown = (outcome: Outcome): unknown =>
  outcome === undefined || Exit.isSuccess(outcome)
    ? outcome
    : Option.map(Exit.findErrorOption(outcome), (error) => ({ ...error, server: "" }))
