import { assert, describe, it } from "@effect/vitest"
import { Effect, Random, Schema } from "effect"
import { newRoomId, newWriteId, roomNamedAfter, writeIds } from "../../src/chat/identifiers.ts"
import { RoomId, WriteId } from "../../src/core/room.ts"

const many = 2_000

/** Gives these numbers, over and over. */
const giving = (...numbers: ReadonlyArray<number>) => {
  let next = 0
  return {
    nextIntUnsafe: () => numbers[next++ % numbers.length] ?? 0,
    nextDoubleUnsafe: () => 0
  }
}

describe("names", () => {
  it.effect("have the form that rooms and marks are read by, and differ", () =>
    Effect.gen(function* () {
      const rooms = yield* Effect.replicateEffect(newRoomId, many)
      const marks = yield* Effect.replicateEffect(newWriteId, many)
      assert.isTrue(rooms.every(Schema.is(RoomId)))
      assert.isTrue(marks.every(Schema.is(WriteId)))
      assert.strictEqual(new Set([...rooms, ...marks]).size, 2 * many)
    })
  )

  it.effect("are the same for the same seed", () =>
    Effect.gen(function* () {
      const story = Effect.replicateEffect(newRoomId, 20).pipe(Random.withSeed("a story"))
      assert.deepStrictEqual(yield* story, yield* story)
    })
  )

  it.effect("are their two numbers in base 32, from the smallest to the largest", () =>
    Effect.gen(function* () {
      const { MAX_SAFE_INTEGER, MIN_SAFE_INTEGER } = Number
      for (const number of [0, 1, 31, 32, 2 ** 30 - 1, 2 ** 30, 2 ** 31, 2 ** 52 + 1, MAX_SAFE_INTEGER]) {
        const name = yield* Effect.provideService(newRoomId, Random.Random, giving(number, -number))
        const digits = number.toString(32).padStart(11, "0")
        assert.strictEqual(name, digits + digits)
      }
      const smallest = yield* Effect.provideService(newWriteId, Random.Random, giving(MIN_SAFE_INTEGER))
      assert.strictEqual(smallest, MAX_SAFE_INTEGER.toString(32).padStart(11, "0").repeat(2))
    })
  )

  it.effect("of those who draw many differ as well, also from what another server draws", () =>
    Effect.gen(function* () {
      const draws = [yield* writeIds, yield* writeIds, yield* writeIds]
      const marks = draws.flatMap((draw) => Array.from({ length: many }, draw))
      assert.isTrue(marks.every(Schema.is(WriteId)))
      assert.isTrue(marks.map(roomNamedAfter).every(Schema.is(RoomId)))
      assert.strictEqual(new Set(marks).size, draws.length * many)
    })
  )
})
