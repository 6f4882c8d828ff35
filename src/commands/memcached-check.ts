import { Effect, Option } from "effect"
import { newWriteId } from "../chat/identifiers.ts"
import type { WriteId } from "../core/room.ts"
import { Memcached, type MemcachedError } from "../memcached/memcached.ts"
import { statisticsOf } from "../memcached/statistics.ts"
import type { Settings } from "../settings.ts"
import { type Check, fine, problem, warning } from "./check.ts"

type Servers = Settings["memcached"]

/** Each server by itself: whether it answers, replaces only what nobody has touched, and has memory left. */
export const memcachedCheck = (memcached: Servers): Check => ({
  name: "memcached",
  run:
    memcached.servers.length === 0
      ? Effect.succeed([
          warning(
            "MEMCACHED_SERVERS is not set: chats live in one process and end with it",
            "start a memcached and set MEMCACHED_SERVERS=host:port"
          )
        ])
      : Effect.map(
          Effect.forEach(memcached.servers, (server) => checkServer(memcached, server), {
            concurrency: "unbounded"
          }),
          (findings) => findings.flat()
        )
})

/** Above this share of its memory a server is about to drop items. */
const fullShare = 0.9

const checkServer = (memcached: Servers, server: Servers["servers"][number]) => {
  const options = { ...memcached, servers: [server] } as const
  const address = `${server.host}:${server.port}`
  return Effect.gen(function* () {
    const service = yield* Memcached
    const [health] = yield* service.servers
    if (health?.healthy !== true) {
      return [
        problem(
          `${address} does not answer: ${health?.problem ?? "no reason known"}`,
          "start it, open its port to this machine, or correct MEMCACHED_SERVERS (and MEMCACHED_USERNAME, MEMCACHED_PASSWORD if it wants them)"
        )
      ]
    }
    const version = `${address} answers, version ${health.version}`
    return [fine(version), yield* swaps(address), yield* memory(options, address)]
  }).pipe(Effect.provide(Memcached.layerMemjs(options)))
}

/** Writes an item, replaces it by its version, and tries to replace it by that version again. */
const swaps = Effect.fnUntraced(function* (address: string) {
  const memcached = yield* Memcached
  const key = keyOf(yield* newWriteId)
  const works = Effect.gen(function* () {
    yield* memcached.set(key, "first", itemTtlSeconds)
    const found = yield* memcached.gets(key)
    if (Option.isNone(found)) return false
    const { version } = found.value
    const first = yield* memcached.cas(key, "second", version, itemTtlSeconds)
    const again = yield* memcached.cas(key, "third", version, itemTtlSeconds)
    return first && !again && Option.contains(yield* memcached.get(key), "second")
  }).pipe(Effect.ensuring(Effect.ignore(memcached.delete(key))))
  const advice = "use memcached 1.6 or newer itself (no proxy, no other program), started without -C"
  return yield* Effect.match(works, {
    onSuccess: (swapped) =>
      swapped
        ? fine(`${address}: compare-and-swap works`)
        : problem(`${address}: compare-and-swap does not work`, advice),
    onFailure: (error: MemcachedError) =>
      problem(`${address}: compare-and-swap does not work: ${error.message}`, advice)
  })
})

/** An item that nobody else has; deleted at the end of the check, and by itself if that fails. */
export const keyOf = (mark: WriteId) => `doctor:${mark}`
export const itemTtlSeconds = 60

const memory = (options: Parameters<typeof statisticsOf>[0], address: string) =>
  Effect.match(statisticsOf(options), {
    onSuccess: ({ usedBytes, limitBytes, evictions }) => {
      const used = `${address}: ${megabytes(usedBytes)} of ${megabytes(limitBytes)} MB used`
      const advice = "give it more memory (memcached -m): what it drops ends people's chats"
      if (evictions > 0) return problem(`${used}, ${evictions} items dropped for want of memory`, advice)
      return usedBytes > fullShare * limitBytes ? warning(used, advice) : fine(`${used}, nothing dropped`)
    },
    onFailure: ({ message }) => warning(message, "nothing is known of its memory: look at it by hand (stats)")
  })

const megabytes = (bytes: number): string => (bytes / 1_048_576).toFixed(1)
