/** How fast pairs are made on memcached, and what they cost, beside a Redis list with a script that pops and pairs. */
import { Effect } from "effect"
import type { People } from "./contender.ts"
import type { Extent } from "./extent.ts"
import { costRows } from "./pairing-costs.ts"
import { startWorker, type Way, type Worker } from "./pairing-workers.ts"
import { median, type Row, row } from "./rows.ts"
import { memcachedServer, redisServer } from "./server-process.ts"

export const pairing = Effect.fnUntraced(function* (extent: Extent) {
  return [
    ...(yield* Effect.scoped(speedRows(extent, 1))),
    ...(yield* Effect.scoped(speedRows(extent, 2))),
    ...(yield* Effect.scoped(costRows(extent)))
  ]
})

const atOnce = { concurrency: "unbounded" } as const

const redisName = "Redis list and Lua script"
const limitName = "memcached, asked the same by packets that are ready"

/** All ways in turn, so that other work of the machine affects all alike. */
const speedRows = Effect.fnUntraced(function* (extent: Extent, processes: number) {
  const memcached = yield* memcachedServer
  const redis = yield* redisServer
  const limit = yield* memcachedServer
  const start = (way: Way, port: number) =>
    Effect.all(
      Array.from({ length: processes }, () => startWorker(way, port)),
      atOnce
    )
  const [ours, theirs, limits] = yield* Effect.all(
    [start("ours", memcached.port), start("redis", redis.port), start("limit", limit.port)],
    atOnce
  )

  let first = 0
  const inTurn = Effect.fnUntraced(function* (users: number, inFlight: number, rounds: number) {
    const results = {
      ours: [] as Array<Together>,
      redis: [] as Array<Together>,
      limit: [] as Array<Together>
    }
    for (let round = 0; round < rounds; round += 1) {
      results.ours.push(yield* together(ours, { first, users }, inFlight))
      results.redis.push(yield* together(theirs, { first, users }, inFlight))
      results.limit.push(yield* together(limits, { first, users }, inFlight))
      first += users
    }
    return (
      name: string,
      unit: string,
      of: (round: Together) => number,
      other: "redis" | "limit" = "redis"
    ): Row =>
      row(name, unit, median(results.ours.map(of)), {
        name: other === "redis" ? redisName : limitName,
        value: median(results[other].map(of))
      })
  })

  yield* inTurn(extent.users, extent.inFlight, extent.warmUpRounds)
  const rowOf = yield* inTurn(extent.users, extent.inFlight, extent.rounds)
  const load = processes === 1 ? "one process" : `${processes} processes`
  const rows = [
    rowOf(`pairs made, ${load}`, "pairs/s", perSecond),
    rowOf(`pairs made, ${load}`, "pairs/s", perSecond, "limit"),
    rowOf(`processor time for a pair, ${load}`, "µs", (round) => round.processorMicros / round.pairs),
    rowOf(`time to pair under that load, ${load}, median`, "ms", (round) => round.medianMillis),
    rowOf(`time to pair under that load, ${load}, p99`, "ms", (round) => round.p99Millis)
  ]
  if (processes > 1) return rows
  const calm = yield* inTurn(Math.ceil(extent.users / calmShare), 2, extent.rounds)
  return [
    ...rows,
    rowOf("requests to the store for a pair", "requests", (round) => round.requests / round.pairs),
    calm("time to pair, two people at a time, median", "ms", (round) => round.medianMillis),
    calm("time to pair, two people at a time, p99", "ms", (round) => round.p99Millis)
  ]
})

/** A round of two at a time takes longer for each user, so fewer press. */
const calmShare = 10

/** A round of one or several processes at once. */
interface Together {
  readonly pairs: number
  readonly seconds: number
  readonly processorMicros: number
  readonly requests: number
  readonly medianMillis: number
  readonly p99Millis: number
}

const perSecond = ({ pairs, seconds }: Together): number => pairs / seconds

const together = Effect.fnUntraced(function* (
  workers: ReadonlyArray<Worker>,
  { first, users }: People,
  inFlight: number
) {
  const share = Math.floor(users / workers.length)
  const rounds = yield* Effect.forEach(
    workers,
    (worker, index) => worker.press({ first: first + index * share, users: share }, inFlight),
    { concurrency: "unbounded" }
  )
  const sum = (of: (round: Together) => number) => rounds.reduce((total, round) => total + of(round), 0)
  return {
    pairs: sum(({ pairs }) => pairs),
    seconds: Math.max(...rounds.map(({ seconds }) => seconds)),
    processorMicros: sum(({ processorMicros }) => processorMicros),
    requests: sum(({ requests }) => requests),
    medianMillis: sum(({ medianMillis }) => medianMillis) / rounds.length,
    p99Millis: Math.max(...rounds.map(({ p99Millis }) => p99Millis))
  } satisfies Together
})
