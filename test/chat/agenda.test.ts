import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option } from "effect"
import { Agenda } from "../../src/chat/agenda.ts"
import { RoomId } from "../../src/core/room.ts"
import { Memcached } from "../../src/memcached/memcached.ts"
import { faultyMemcached, noFaults } from "./faulty-memcached.ts"

const room = RoomId.make("room00000001")
const atSecond = 100

const note = Agenda.use((agenda) => agenda.note(room, atSecond * 1_000))

/** The seconds on whose pages the room stands. */
const noted = Agenda.use((agenda) =>
  Effect.filter(
    Array.from({ length: 20 }, (_, place) => atSecond - 10 + place),
    (second) =>
      Effect.map(
        agenda.page(second),
        Option.exists(({ rooms }) => rooms.includes(room))
      )
  )
)

describe("a note on the agenda", () => {
  it.effect.each([1, 2])("goes to a later page where %i cannot be had", (down) =>
    Effect.gen(function* () {
      const faults = noFaults()
      faults.fateOf = (_, key) => (Number(key.slice(4)) <= atSecond + down ? "drop" : "proceed")
      yield* Effect.gen(function* () {
        yield* note
        faults.fateOf = noFaults().fateOf
        assert.deepStrictEqual(yield* noted, [atSecond + down + 1])
      }).pipe(Effect.provide(Layer.provide(Agenda.layer, faultyMemcached(faults))))
    }).pipe(Effect.provide(Memcached.layerMemory))
  )

  it.effect("that no page takes is no success", () =>
    Effect.gen(function* () {
      const real = yield* Memcached
      // Every page comes and goes between any two operations.
      const restless = Memcached.of({
        ...real,
        append: () => Effect.succeed(false),
        add: () => Effect.succeed(false)
      })
      const error = yield* Effect.flip(note).pipe(
        Effect.provide(Layer.provide(Agenda.layer, Layer.succeed(Memcached, restless)))
      )
      assert.strictEqual(error._tag, "MemcachedRefused")
    }).pipe(Effect.provide(Memcached.layerMemory))
  )
})
