/** What every layer of the memcached service must do; run on each of them. */
import { assert, layer } from "@effect/vitest"
import { Arbitrary, Effect, type Layer, Option, Schema } from "effect"
import { keyProblem, largestValueBytes, longestKeyBytes } from "../../src/memcached/item-rules.ts"
import { Memcached, type MemcachedError } from "../../src/memcached/memcached.ts"
import { foretell, stories, storySteps, tell } from "./story.ts"

const ttlSeconds = 600
const atOnce = { concurrency: "unbounded" } as const

export const memcachedContract = (name: string, memcachedLayer: Layer.Layer<Memcached>): void => {
  let told = 0

  layer(memcachedLayer, { excludeTestServices: true })(`the contract, ${name}`, (it) => {
    it.effect.prop(
      "answers a story of operations as the model foretells",
      { story: stories },
      ({ story }) =>
        Effect.gen(function* () {
          told += 1
          assert.deepStrictEqual(yield* tell(story, `story${told}`), foretell(story))
        }),
      { arbitrary: { runs: 200, size: storySteps } }
    )

    it.effect.prop(
      "answers several stories told side by side, in the same packets, each as if it were alone",
      { sideBySide: Arbitrary.array(stories, { minLength: 2 }) },
      ({ sideBySide }) =>
        Effect.gen(function* () {
          told += 1
          const answers = yield* Effect.forEach(
            sideBySide,
            (story, place) => tell(story, `story${told}.${place}`),
            atOnce
          )
          assert.deepStrictEqual(answers, sideBySide.map(foretell))
        }),
      { arbitrary: { runs: 50, size: storySteps } }
    )

    it.effect.prop("gives back any text exactly", { text: Schema.String }, ({ text }) =>
      Effect.gen(function* () {
        const memcached = yield* Memcached
        yield* memcached.set("text:any", text, ttlSeconds)
        assert.deepStrictEqual(yield* memcached.get("text:any"), Option.some(text.toWellFormed()))
      })
    )

    it.effect.prop(
      "takes any key the rules allow, and no other",
      { key: Arbitrary.schema(Schema.String) },
      ({ key }) =>
        Effect.gen(function* () {
          const memcached = yield* Memcached
          const refused = yield* memcached.set(key, key, ttlSeconds).pipe(
            Effect.as(false),
            Effect.catchTag("MemcachedKeyInvalid", () => Effect.succeed(true))
          )
          assert.strictEqual(refused, keyProblem(key) !== undefined)
          if (!refused) assert.deepStrictEqual(yield* memcached.get(key), Option.some(key))
        })
    )

    it.effect("refuses keys that memcached would misread, in every operation", () =>
      Effect.gen(function* () {
        const memcached = yield* Memcached
        const bad = [
          ["", "Empty"],
          ["a b", "SpaceOrControl"],
          ["a\nb", "SpaceOrControl"],
          ["\u007f", "SpaceOrControl"],
          ["\ud800", "NotUnicode"],
          ["小".repeat(84), "TooLong"]
        ] as const
        for (const [key, problem] of bad) {
          const version = yield* someVersion
          for (const operation of [
            memcached.get(key),
            memcached.gets(key),
            memcached.set(key, "", ttlSeconds),
            memcached.add(key, "", ttlSeconds),
            memcached.cas(key, "", version, ttlSeconds),
            memcached.delete(key),
            memcached.append(key, ""),
            memcached.increment(key, 1, 1, ttlSeconds)
          ]) {
            const error = yield* Effect.flip(operation as Effect.Effect<unknown, MemcachedError>)
            assert.deepInclude(error, { _tag: "MemcachedKeyInvalid", problem })
          }
        }
        const longest = "k".repeat(longestKeyBytes)
        yield* memcached.set(longest, "there", ttlSeconds)
        assert.deepStrictEqual(yield* memcached.get(longest), Option.some("there"))
      })
    )

    it.effect(
      "stores the largest value under the longest key, and refuses one byte more without losing the old",
      () =>
        Effect.gen(function* () {
          const memcached = yield* Memcached
          const key = "l".repeat(longestKeyBytes)
          const largest = "猴"
            .repeat(Math.floor(largestValueBytes / 3))
            .padEnd(largestValueBytes - 2 * Math.floor(largestValueBytes / 3), "x")
          assert.strictEqual(Buffer.byteLength(largest), largestValueBytes)
          yield* memcached.set(key, largest, ttlSeconds)
          const { value, version } = Option.getOrThrow(yield* memcached.gets(key))
          assert.isTrue(value === largest)

          const tooLarge = `${largest}x`
          for (const operation of [
            memcached.set(key, tooLarge, ttlSeconds),
            memcached.cas(key, tooLarge, version, ttlSeconds),
            memcached.add(key, tooLarge, ttlSeconds),
            memcached.append(key, "x".repeat(1000))
          ]) {
            const error = yield* Effect.flip(operation as Effect.Effect<unknown, MemcachedError>)
            assert.deepInclude(error, { _tag: "MemcachedRefused", status: "ValueTooLarge" })
          }
          assert.isTrue(Option.getOrThrow(yield* memcached.get(key)) === largest)
        })
    )

    it.effect("appends to what is there, and says when nothing is", () =>
      Effect.gen(function* () {
        const memcached = yield* Memcached
        assert.isFalse(yield* memcached.append("append:a", "x"))
        yield* memcached.set("append:a", "小", ttlSeconds)
        const { version } = Option.getOrThrow(yield* memcached.gets("append:a"))
        assert.isTrue(yield* memcached.append("append:a", "猴"))
        assert.deepStrictEqual(yield* memcached.get("append:a"), Option.some("小猴"))
        assert.isFalse(yield* memcached.cas("append:a", "lost", version, ttlSeconds))
      })
    )

    it.effect("lets one of many concurrent writers win each version", () =>
      Effect.gen(function* () {
        const memcached = yield* Memcached
        yield* memcached.set("race:a", "", ttlSeconds)
        for (let round = 0; round < 20; round += 1) {
          const won = yield* Effect.forEach(
            Array.from({ length: 20 }, (_, writer) => writer),
            (writer) =>
              Effect.gen(function* () {
                const { value, version } = Option.getOrThrow(yield* memcached.gets("race:a"))
                return yield* memcached.cas("race:a", `${value}${writer},`, version, ttlSeconds)
              }),
            atOnce
          )
          const { value } = Option.getOrThrow(yield* memcached.gets("race:a"))
          const winners = won.filter((one) => one).length
          assert.isAtLeast(winners, 1)
          assert.strictEqual(value.split(",").length - 1, winners)
          yield* memcached.set("race:a", "", ttlSeconds)
        }
        const added = yield* Effect.forEach(
          Array.from({ length: 50 }, (_, writer) => String(writer)),
          (writer) => memcached.add("race:b", writer, ttlSeconds),
          atOnce
        )
        assert.strictEqual(added.filter((one) => one).length, 1)
      })
    )

    it.effect("counts every concurrent increment once", () =>
      Effect.gen(function* () {
        const memcached = yield* Memcached
        const counts = yield* Effect.forEach(
          Array.from({ length: 200 }),
          () => memcached.increment("count:a", 3, 10, ttlSeconds),
          atOnce
        )
        assert.deepStrictEqual(
          [...counts].sort((a, b) => a - b),
          counts.map((_, index) => 10 + 3 * index)
        )
        for (const [by, initial] of [
          [-1, 0],
          [0.5, 0],
          [1, -1],
          [Number.NaN, 0],
          [2 ** 53, 0]
        ] as const) {
          const error = yield* Effect.flip(memcached.increment("count:a", by, initial, ttlSeconds))
          assert.deepInclude(error, { _tag: "MemcachedRefused", status: "InvalidArguments" })
        }
      })
    )

    it.effect("forgets an item when its time is over; append and increment do not prolong it", () =>
      Effect.gen(function* () {
        const memcached = yield* Memcached
        yield* memcached.set("ttl:short", "1", 2)
        yield* memcached.add("ttl:added", "1", 1)
        yield* memcached.increment("ttl:counted", 1, 1, 1)
        yield* memcached.set("ttl:tiny", "1", 0)
        yield* memcached.set("ttl:long", "1", 3600)
        yield* memcached.set("ttl:month", "1", 365 * 24 * 3600)
        yield* memcached.append("ttl:short", "1")
        yield* memcached.increment("ttl:short", 1, 1, 3600)
        const before = yield* memcached.gets("ttl:long")
        yield* Effect.sleep("2300 millis")
        for (const key of ["ttl:short", "ttl:added", "ttl:counted", "ttl:tiny"]) {
          assert.deepStrictEqual(yield* memcached.get(key), Option.none(), key)
          assert.isFalse(yield* memcached.append(key, "x"))
          assert.isFalse(yield* memcached.delete(key))
          assert.isTrue(yield* memcached.add(key, "again", ttlSeconds))
        }
        assert.deepStrictEqual(yield* memcached.gets("ttl:long"), before)
        assert.deepStrictEqual(yield* memcached.get("ttl:month"), Option.some("1"))
      })
    )

    it.effect("says that its servers are well", () =>
      Effect.gen(function* () {
        const memcached = yield* Memcached
        const servers = yield* memcached.servers
        assert.isNotEmpty(servers)
        assert.isTrue(servers.every((server) => server.healthy))
      })
    )

    it.effect("keeps the rest of a key out of its errors", () =>
      Effect.gen(function* () {
        const memcached = yield* Memcached
        yield* memcached.set("s:oSecret", "words", ttlSeconds)
        const errors = [
          yield* Effect.flip(memcached.increment("s:oSecret", 1, 1, ttlSeconds)),
          yield* Effect.flip(memcached.get("oSecret with a space")),
          yield* Effect.flip(memcached.get("s:oSecret with a space"))
        ]
        for (const error of errors) {
          assert.notInclude(`${String(error)} ${JSON.stringify(error)}`, "oSecret")
        }
        assert.deepStrictEqual(
          errors.map((error) => error.keyPrefix),
          ["s", "", "s"]
        )
      })
    )
  })
}

const someVersion = Effect.gen(function* () {
  const memcached = yield* Memcached
  yield* memcached.set("some:version", "", ttlSeconds)
  return Option.getOrThrow(yield* memcached.gets("some:version")).version
})
