/** Who is there before the first message: people in tease mode, or in pairs. */
import { Clock, Effect, Layer } from "effect"
import { newRoomId, newWriteId } from "../chat/identifiers.ts"
import { Acquaintances } from "../chat/acquaintances.ts"
import { LastPartners } from "../chat/last-partners.ts"
import { Ledger } from "../chat/ledger.ts"
import { Rooms } from "../chat/rooms.ts"
import { Sessions } from "../chat/sessions.ts"
import { nothing } from "../chat/stored.ts"
import { daySeconds } from "../core/durations.ts"
import { stateNumbers } from "../core/session.ts"
import { Memcached } from "../memcached/memcached.ts"
import { account, user } from "./webhook-callback.ts"
import { inPair, isTeasing } from "./webhook-order.ts"

/** How many items are written at a time. */
const atOnce = { concurrency: 256, discard: true } as const

/** That many people, every second one in tease mode: for our service, and for the peer in its own session. */
export const peopleWhoAsk = Effect.fnUntraced(function* (people: number) {
  const sessions = yield* Sessions
  const memcached = yield* Memcached
  const teasing = Array.from({ length: people }, (_, number) => number).filter(isTeasing)
  yield* Effect.forEach(
    teasing,
    Effect.fnUntraced(function* (number) {
      const openid = user(number)
      const writtenBy = yield* newWriteId
      yield* sessions.write(openid, nothing, { state: stateNumbers.teasing, writtenBy })
      const theirs = JSON.stringify({ state: stateNumbers.teasing, cookie: {} })
      yield* memcached.set(`${openid}:${account.id}`, theirs, daySeconds)
    }),
    atOnce
  )
})

/** That many people in pairs, who were told of it and have just written. */
export const peopleInPairs = Effect.fnUntraced(function* (people: number) {
  const sessions = yield* Sessions
  const rooms = yield* Rooms
  const ledger = yield* Ledger
  yield* Effect.forEach(
    Array.from({ length: people / 2 }, (_, pair) => pair),
    Effect.fnUntraced(function* (pair) {
      const room = yield* newRoomId
      const writtenBy = yield* newWriteId
      const sinceMillis = yield* Clock.currentTimeMillis
      const [opener, joiner] = [inPair(people, pair, 0), inPair(people, pair, 1)]
      yield* rooms.create(room, { _tag: "Open", opener, joiner, sinceMillis, writtenBy })
      for (const [openid, partner] of [
        [opener, joiner],
        [joiner, opener]
      ] as const) {
        yield* sessions.write(openid, nothing, { state: stateNumbers.paired, room, partner, writtenBy })
        yield* ledger.open(openid, "message")
      }
    }),
    atOnce
  )
})

/** The stores of the scene, in a memcached. */
export const sceneLayer = (memcachedPort: number) =>
  Layer.mergeAll(Sessions.layer, Rooms.layer, Ledger.layer).pipe(
    Layer.provide([Acquaintances.layer, LastPartners.layer]),
    Layer.provideMerge(Memcached.layerMemjs({ servers: [{ host: "127.0.0.1", port: memcachedPort }] }))
  )
