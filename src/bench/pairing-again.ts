import { Effect } from "effect"
import type { Extent } from "./extent.ts"
import { startWorker, type Worker } from "./pairing-workers.ts"
import { median, row } from "./rows.ts"
import { memcachedServer, redisServer } from "./server-process.ts"

/** To leave a chat takes longer than to begin one, so that fewer people press. */
const againShare = 5

/** How fast pairs are made of people who were in a chat a moment ago: their sessions are read, and it is asked whether they have met. */
export const againRows = Effect.fnUntraced(function* (extent: Extent, peerName: string) {
  const [memcached, redis] = [yield* memcachedServer, yield* redisServer]
  const ours = yield* startWorker("ours", memcached.port)
  const theirs = yield* startWorker("redis", redis.port)
  const users = 2 * Math.ceil(extent.users / againShare / 2)
  const perSecond = { ours: [] as Array<number>, theirs: [] as Array<number> }
  for (let round = 0; round < extent.warmUpRounds + extent.rounds; round += 1) {
    const people = { first: round * users, users }
    perSecond.ours.push(yield* pressedAgain(ours, people, extent.inFlight))
    perSecond.theirs.push(yield* pressedAgain(theirs, people, extent.inFlight))
  }
  const counted = (all: ReadonlyArray<number>) => median(all.slice(extent.warmUpRounds))
  return [
    row("pairs made of people who come from a chat, one process", "pairs/s", counted(perSecond.ours), {
      name: peerName,
      value: counted(perSecond.theirs)
    })
  ]
})

/** The second time without the first of them, so that all meet somebody else; pairs for each second of it. */
const pressedAgain = Effect.fnUntraced(function* (
  worker: Worker,
  people: { readonly first: number; readonly users: number },
  inFlight: number
) {
  yield* worker.press(people, inFlight)
  yield* worker.order({ _tag: "Leave", ...people })
  const { pairs, seconds } = yield* worker.press(
    { first: people.first + 1, users: people.users - 2 },
    inFlight
  )
  return pairs / seconds
})
