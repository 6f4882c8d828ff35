import { Effect } from "effect"
import type { Extent } from "./extent.ts"
import { startWorker, type Worker } from "./pairing-workers.ts"
import { median, type Row, row } from "./rows.ts"
import { memcachedServer, redisServer } from "./server-process.ts"

/** What a pair costs as the service fills, and what it takes in the store. */
export const costRows = Effect.fnUntraced(function* (extent: Extent) {
  return [
    ...(yield* Effect.scoped(populationRows(extent))),
    ...(yield* Effect.scoped(crowdRows(extent))),
    ...(yield* Effect.scoped(spaceRows(extent)))
  ]
})

const microsPerSecond = 1e6

/** The rounds are small compared with the population, and forgotten, so that it stays as large as it says. */
const populationRows = Effect.fnUntraced(function* (extent: Extent) {
  const users = Math.ceil(extent.users / populationShare)
  const services = yield* Effect.forEach(
    extent.populations,
    Effect.fnUntraced(function* (population) {
      const memcached = yield* memcachedServer
      const worker = yield* startWorker("ours", memcached.port)
      // In rounds of the size that is measured: V8 compiles for what it has seen.
      for (let paired = 0; paired < population; paired += users) {
        const people = { first: users + paired, users: Math.min(users, population - paired) }
        yield* worker.press(people, extent.inFlight)
      }
      // By now all processes have made about as many pairs, which matters since code gets faster by running.
      for (let round = 0; round < extent.warmUpRounds; round += 1) {
        yield* forgottenRound(worker, users, extent.inFlight)
      }
      return { population, worker, micros: [] as Array<number> }
    })
  )
  for (let visit = 0; visit < extent.rounds * visitsOfRound; visit += 1) {
    for (const { worker, micros } of services) {
      micros.push(...(yield* visited(forgottenRound(worker, users, extent.inFlight))))
    }
  }
  const [base, ...others] = services
  if (base === undefined) return []
  return others.map(({ population, micros }): Row =>
    row(`cost of a pair with ${population} people paired already`, "µs/pair", median(micros), {
      name: `with ${base.population}`,
      value: median(base.micros)
    })
  )
})

const populationShare = 5
const visitsOfRound = 2

/**
 * Several rounds in a row, of which the first does not count: before it, the processor and its caches served the other
 * processes. A service that runs alone has them warm; otherwise we would measure little else than loading them.
 */
const visited = (round: Effect.Effect<number>) =>
  Effect.map(Effect.replicateEffect(round, roundsOfVisit), ([_cold, ...counted]) => counted)

const roundsOfVisit = 4

/** Presses, and lets the store forget it; microseconds for one pair. */
const forgottenRound = Effect.fnUntraced(function* (worker: Worker, users: number, inFlight: number) {
  const people = { first: 0, users }
  const { pairs, seconds } = yield* worker.press(people, inFlight)
  yield* worker.order({ _tag: "Forget", ...people })
  return (seconds * microsPerSecond) / pairs
})

/** So few press that each waiting stranger can have blocked them all. */
const loudPeople = 4

/** The same few people again and again, in a process with waiting strangers and in one without. */
const crowdRows = Effect.fnUntraced(function* (extent: Extent) {
  const start = Effect.gen(function* () {
    const memcached = yield* memcachedServer
    return yield* startWorker("ours", memcached.port)
  })
  const [empty, crowded] = yield* Effect.all([start, start], { concurrency: "unbounded" })
  yield* crowded.order({ _tag: "Crowd", rooms: extent.unsuitableRooms, first: 0, users: loudPeople })
  const visits = Math.ceil((extent.users * extent.rounds) / crowdShare)
  const measure = Effect.fnUntraced(function* (name: string, users: number, inFlight: number) {
    const micros = { empty: [] as Array<number>, crowded: [] as Array<number> }
    for (let visit = 0; visit < visits; visit += 1) {
      const first = yield* visited(forgottenRound(empty, users, inFlight))
      const second = yield* visited(forgottenRound(crowded, users, inFlight))
      // The first half compiles the code.
      if (visit < visits / 2) continue
      micros.empty.push(...first)
      micros.crowded.push(...second)
    }
    const peer = { name: "with none", value: median(micros.empty) }
    return row(
      `${name} with ${extent.unsuitableRooms} rooms waiting that suit nobody`,
      "µs/pair",
      median(micros.crowded),
      peer
    )
  })
  return [
    yield* measure("cost of a pair", loudPeople, loudPeople),
    // A user who comes alone reads the whole lobby, and so does the one who joins them.
    yield* measure("cost of a pair made through the lobby", 2, 1)
  ]
})

const crowdShare = 400

const memcachedBytes = /^STAT bytes (?<bytes>\d+)$/
const redisBytes = /^used_memory:(?<bytes>\d+)$/

/** Redis gives its buffers back a moment after it answered. */
const settleMillis = 300

const spaceRows = Effect.fnUntraced(function* (extent: Extent) {
  const users = Math.ceil(extent.users / spaceShare)
  const memcached = yield* memcachedServer
  const redis = yield* redisServer
  const bytes = {
    ours: numberIn(
      memcached.asked("stats", (line) => line === "END"),
      memcachedBytes
    ),
    redis: numberIn(
      redis.asked("INFO memory", (line) => line.startsWith("lazyfree_pending_objects")),
      redisBytes
    )
  }
  const taken = Effect.fnUntraced(function* (way: "ours" | "redis", port: number) {
    const worker = yield* startWorker(way, port)
    // The first use of everything (a script, a buffer, the lobby) takes more than the next.
    yield* worker.press({ first: 0, users: 2 }, 1)
    const before = yield* bytes[way]
    yield* worker.press({ first: users, users }, extent.inFlight)
    const paired = yield* bytes[way]
    yield* worker.order({ _tag: "Wait", first: 2 * users, users })
    const waiting = yield* bytes[way]
    return { pair: (paired - before) / (users / 2), waiting: (waiting - paired) / users }
  })
  const ours = yield* taken("ours", memcached.port)
  const theirs = yield* taken("redis", redis.port)
  return [
    row("space of a pair", "bytes", ours.pair, { name: "Redis used_memory", value: theirs.pair }),
    row("space of a waiting person", "bytes", ours.waiting, {
      name: "Redis used_memory",
      value: theirs.waiting
    })
  ]
})

const spaceShare = 10

const numberIn = (answer: Effect.Effect<ReadonlyArray<string>>, pattern: RegExp) =>
  Effect.sleep(settleMillis).pipe(
    Effect.andThen(answer),
    Effect.map((lines) => Number(lines.map((line) => pattern.exec(line)?.groups?.["bytes"]).find(Boolean)))
  )
