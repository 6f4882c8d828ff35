/** Our side: the production chat on a real memcached; what it pushes goes nowhere. */
import { Clock, Effect, Layer, Metric, type Scope } from "effect"
import { Campus } from "../chat/campus.ts"
import { chatLayer } from "../chat/chat-layer.ts"
import { Background } from "../chat/background.ts"
import { Conversations } from "../chat/conversations.ts"
import { newRoomId } from "../chat/identifiers.ts"
import { keys } from "../chat/keys.ts"
import { Ledger } from "../chat/ledger.ts"
import { Lobby } from "../chat/lobby.ts"
import { Sessions } from "../chat/sessions.ts"
import { Tease } from "../chat/tease.ts"
import { Reports } from "../chat/reports.ts"
import { hourMillis } from "../core/durations.ts"
import type { LobbyEntry } from "../core/pairing.ts"
import { Memcached, type MemcachedError } from "../memcached/memcached.ts"
import { defaults } from "../setting-values.ts"
import { WeChatApi } from "../wechat/api.ts"
import { PressTimes } from "./press-times.ts"
import { type Contender, openids, type People, stranger } from "./contender.ts"
import { processorMicros } from "./processor-time.ts"

/** No search may run out while a benchmark runs. */
const pairingTimeoutMillis = hourMillis

const settings = {
  pairingTimeoutMillis,
  chatIdleTimeoutMillis: pairingTimeoutMillis,
  timeZone: defaults.timeZone,
  weChat: { delivery: "active" as const }
}

const pressed = { _tag: "Pressed", button: "配对" } as const

/** How many items are written at a time while a scene is set. */
const settingConcurrency = 256
const atOnce = { concurrency: settingConcurrency, discard: true } as const

export const ourPairing = (port: number): Effect.Effect<Contender, never, Scope.Scope> =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const millis = () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6
    let times = new PressTimes({ first: 0, users: 0 }, millis)

    const services = yield* Layer.build(
      chatLayer(settings).pipe(
        Layer.provide([
          WeChatApi.layerMemory((openid) => Effect.sync(() => times.toldOpenid(openid))),
          Campus.layerNone,
          Reports.layerMemory,
          Tease.layerNone
        ]),
        Layer.provideMerge(Memcached.layerMemjs({ servers: [{ host: "127.0.0.1", port }] }))
      )
    )
    const inChat = <A>(
      use: Effect.Effect<
        A,
        MemcachedError,
        Background | Conversations | Ledger | Lobby | Memcached | Sessions
      >
    ): Effect.Effect<A> => Effect.orDie(Effect.provideContext(use, services))

    /**
     * A user who has to wait is told by push, which WeChat allows after a message; the inbox notes that, which is not part of
     * what we measure.
     */
    const openWindows = Effect.fnUntraced(function* (people: People) {
      const ledger = yield* Ledger
      yield* Effect.forEach(openids(people), (openid) => ledger.open(openid, "message"), atOnce)
    })
    const closeWindows = Effect.fnUntraced(function* (people: People) {
      const ledger = yield* Ledger
      yield* Effect.forEach(openids(people), ledger.forget, atOnce)
    })

    const press = Effect.fnUntraced(function* (people: People, inFlight: number) {
      const conversations = yield* Conversations
      const background = yield* Background
      yield* openWindows(people)
      times = new PressTimes(people, millis)
      const everybody = openids(people)
      let next = 0
      const presser: Effect.Effect<void, MemcachedError> = Effect.suspend(() => {
        const place = next
        const openid = everybody[place]
        if (openid === undefined) return Effect.void
        next += 1
        times.pressed(place)
        return Effect.flatMap(conversations.handle(openid, pressed), ({ sentences }) => {
          if (sentences.some(({ _tag }) => _tag === "PairMade")) times.told(place)
          return presser
        })
      })
      const requestsBefore = yield* requests
      const startMillis = millis()
      const startMicros = processorMicros()
      yield* Effect.replicateEffect(presser, inFlight, { concurrency: "unbounded", discard: true })
      yield* background.settled
      const usedMicros = processorMicros() - startMicros
      const seconds = (millis() - startMillis) / 1_000
      const requestsAfter = yield* requests
      yield* closeWindows(people)
      return {
        pairs: times.pairs,
        seconds,
        processorMicros: usedMicros,
        requests: requestsAfter - requestsBefore,
        medianMillis: times.medianMillis,
        p99Millis: times.p99Millis
      }
    })

    const wait = Effect.fnUntraced(function* (people: People) {
      const conversations = yield* Conversations
      const lobby = yield* Lobby
      const waiting: Array<LobbyEntry> = []
      for (const openid of openids(people)) {
        yield* conversations.handle(openid, pressed)
        const stored = yield* lobby.read
        waiting.push(...stored.entries)
        yield* lobby.write(stored, [])
      }
      yield* lobby.write(yield* lobby.read, waiting)
    })

    const forget = Effect.fnUntraced(function* (people: People) {
      const memcached = yield* Memcached
      const sessions = yield* Sessions
      yield* Effect.forEach(
        openids(people),
        Effect.fnUntraced(function* (openid) {
          const partner = (yield* sessions.read(openid)).value?.partner
          yield* memcached.delete(keys.session(openid))
          if (partner !== undefined) yield* memcached.delete(keys.met(openid, partner))
        }),
        atOnce
      )
    })

    const crowd = Effect.fnUntraced(function* (rooms: number, people: People) {
      const lobby = yield* Lobby
      const now = yield* Clock.currentTimeMillis
      const entries = yield* Effect.forEach(
        Array.from({ length: rooms }, (_, index) => stranger(index)),
        (openid) =>
          Effect.map(newRoomId, (room) => ({
            room,
            openid,
            recent: [],
            blocked: openids(people),
            deadlineMillis: now + pairingTimeoutMillis
          }))
      )
      yield* lobby.write(yield* lobby.read, entries)
    })

    return {
      press: (people, inFlight) => inChat(press(people, inFlight)),
      wait: (people) => inChat(wait(people)),
      forget: (people) => inChat(forget(people)),
      crowd: (rooms, people) => inChat(crowd(rooms, people))
    } satisfies Contender
  })

/** The operations of this process on memcached so far. */
const requests = Effect.map(Metric.snapshot, (metrics) =>
  metrics.reduce(
    (sum, metric) =>
      metric.type === "Counter" && metric.id === "memcached_operations_total"
        ? sum + Number(metric.state.count)
        : sum,
    0
  )
)
