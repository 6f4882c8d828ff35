/** A lobby so long that it is told by its difference from a base. */
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Schema } from "effect"
import { keys } from "../../src/chat/keys.ts"
import { Lobby, mostLobbyChanges } from "../../src/chat/lobby.ts"
import { Openid } from "../../src/core/openid.ts"
import { lobbyCapacityBytes, type LobbyEntry } from "../../src/core/pairing.ts"
import { RoomId } from "../../src/core/room.ts"
import { Memcached } from "../../src/memcached/memcached.ts"
import { MemoryStore } from "../../src/memcached/memory-store.ts"

const entry = (number: number): LobbyEntry => ({
  room: RoomId.make(`roomnumber${number}`),
  openid: Openid.make(`o${number}`),
  recent: [],
  blocked: number % 2 === 0 ? [] : [Openid.make("oAlice")],
  deadlineMillis: 1_700_000_000_000 + number
})
const entries = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => entry(from + index))

const longLobby = 3 * mostLobbyChanges
/** A change of some entries: a head of this many characters. */
const longestHead = 200 * mostLobbyChanges

/** Two servers on one memcached. */
const scene = Effect.gen(function* () {
  const store = new MemoryStore()
  const server = Effect.map(
    Layer.build(Layer.fresh(Layer.provide(Lobby.layer, Memcached.layerStore(store)))),
    (context) => Context.get(context, Lobby)
  )
  const bases = () => store.keys().filter((key) => key.startsWith("lobby-base:")).length
  return { store, bases, servers: [yield* server, yield* server] as const }
})

/** At `place` (a share of the length) some people leave, and some come. */
const step = Schema.Struct({
  server: Schema.Literals([0, 1]),
  place: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })),
  leave: Schema.Literals([0, 1, 5, 70]),
  come: Schema.Literals([0, 1, 5, 70])
})

describe("a long lobby", () => {
  it.effect("is stored and read when it is as large as it may be", () =>
    Effect.gen(function* () {
      const { servers } = yield* scene
      const [empty] = entries(0, 1)
      const blocked = Array.from({ length: 100 }, (_, number) =>
        Openid.make(`o${"0".repeat(26)}${number % 10}`)
      )
      const bytes = JSON.stringify({ ...empty, blocked }).length + 1
      const full = entries(0, Math.floor(lobbyCapacityBytes / bytes)).map((one) => ({ ...one, blocked }))
      assert.isTrue(yield* servers[0].write(yield* servers[0].read, full))
      assert.deepStrictEqual((yield* servers[1].read).entries, full)
      const changed = full.toSpliced(0, mostLobbyChanges)
      assert.isTrue(yield* servers[1].write(yield* servers[1].read, changed))
      assert.deepStrictEqual((yield* servers[0].read).entries, changed)
    })
  )

  it.effect.prop(
    "is the same for every server, in order, whatever changes, with one base at most",
    [Schema.Array(step)],
    ([steps]) =>
      Effect.gen(function* () {
        const { servers, bases } = yield* scene
        let expected = entries(0, longLobby)
        let next = longLobby
        assert.isTrue(yield* servers[0].write(yield* servers[0].read, expected))
        for (const { server, place, leave, come } of steps) {
          const stored = yield* servers[server].read
          const at = Math.floor(place * expected.length)
          const fresh = entries(next, come)
          next += come
          const after = [...stored.entries.toSpliced(at, leave), ...fresh]
          assert.isTrue(yield* servers[server].write(stored, after))
          expected = [...expected.toSpliced(at, leave), ...fresh]
          for (const one of servers) assert.deepStrictEqual((yield* one.read).entries, expected)
          assert.isAtMost(bases(), 1)
        }
      })
  )

  it.effect("is changed by little, and read by little", () =>
    Effect.gen(function* () {
      const { store, servers } = yield* scene
      const [one, other] = servers
      yield* one.write(yield* one.read, entries(0, longLobby))
      const size = () => store.read(keys.lobby, 0)?.value.length ?? 0
      for (let number = 0; number < mostLobbyChanges / 2; number += 1) {
        const stored = yield* other.read
        yield* other.write(stored, [...stored.entries.slice(1), entry(longLobby + number)])
        assert.isBelow(size(), longestHead)
      }
      assert.deepStrictEqual((yield* one.read).entries, entries(mostLobbyChanges / 2, longLobby))
    })
  )

  it.effect("of two who change it at once one does, and leaves no base behind", () =>
    Effect.gen(function* () {
      const { servers, bases } = yield* scene
      const [one, other] = servers
      yield* one.write(yield* one.read, entries(0, longLobby))
      const [mine, theirs] = [yield* one.read, yield* other.read]
      assert.isTrue(yield* one.write(mine, entries(1_000, longLobby)))
      assert.isFalse(yield* other.write(theirs, entries(2_000, longLobby)))
      assert.deepStrictEqual((yield* other.read).entries, entries(1_000, longLobby))
      assert.strictEqual(bases(), 1)
      assert.isTrue(yield* other.write(yield* other.read, []))
      assert.strictEqual(bases(), 0)
    })
  )

  it.effect("is read anew when its base is replaced under the reader", () =>
    Effect.gen(function* () {
      const { store, servers } = yield* scene
      const [one] = servers
      yield* one.write(yield* one.read, entries(0, longLobby))
      const replaced = entries(1_000, longLobby)
      // Between the two readings of a third server another one gives the lobby a new base.
      const memcached = yield* Effect.provide(Memcached, Memcached.layerStore(store))
      let isFirst = true
      const slow = Memcached.of({
        ...memcached,
        get: (key) => {
          const replace = isFirst
            ? Effect.flatMap(one.read, (from) => one.write(from, replaced))
            : Effect.void
          isFirst = false
          return Effect.andThen(replace, memcached.get(key))
        }
      })
      const third = yield* Effect.provide(Lobby, Layer.provide(Lobby.layer, Layer.succeed(Memcached, slow)))
      assert.deepStrictEqual((yield* third.read).entries, replaced)
    })
  )

  it.effect("whose base is lost lists who came since, and can be changed", () =>
    Effect.gen(function* () {
      const { store, servers } = yield* scene
      const [one, other] = servers
      yield* one.write(yield* one.read, entries(0, longLobby))
      const stored = yield* one.read
      const late = entry(longLobby)
      yield* one.write(stored, [...stored.entries, late])
      for (const key of store.keys()) if (key !== keys.lobby) store.evict(key)
      const left = yield* other.read
      assert.deepStrictEqual(left.entries, [late])
      assert.isTrue(yield* other.write(left, [...left.entries, entry(0)]))
      assert.deepStrictEqual((yield* one.read).entries, [late, entry(0)])
    })
  )
})
