/**
 * The peer: a list of waiting users and a script that pops and pairs, as usual with Redis. One round trip for each user. It
 * does less than our pairing: it reads no state of the user, remembers no earlier partners, keeps no deadline and tells nobody.
 */
import { Clock, Effect, type Scope } from "effect"
import { createClient } from "redis"
import { ttlSeconds } from "../chat/keys.ts"
import { type Contender, openids, type People, type Round } from "./contender.ts"
import { PressTimes } from "./press-times.ts"
import { processorMicros } from "./processor-time.ts"

const script = `
local partner = redis.call('LPOP', KEYS[1])
if not partner then
  redis.call('RPUSH', KEYS[1], ARGV[1])
  return false
end
redis.call('SET', 'partner:' .. ARGV[1], partner, 'EX', ${ttlSeconds.chat})
redis.call('SET', 'partner:' .. partner, ARGV[1], 'EX', ${ttlSeconds.chat})
return partner`

export const redisPairing = (port: number): Effect.Effect<Contender, never, Scope.Scope> =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const client = createClient({ socket: { host: "127.0.0.1", port } })
    yield* Effect.acquireRelease(
      Effect.promise(() => client.connect()),
      () => Effect.sync(() => client.destroy())
    )
    const sha = yield* Effect.promise(() => client.scriptLoad(script))
    const millis = () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6

    const press = async (people: People, inFlight: number): Promise<Round> => {
      const times = new PressTimes(people, millis)
      const users = openids(people)
      let next = 0
      const startMillis = millis()
      const startMicros = processorMicros()
      const presser = async () => {
        for (let user = users[next]; user !== undefined; user = users[next]) {
          const place = next
          next += 1
          times.pressed(place)
          // oxlint-disable-next-line no-await-in-loop -- one press after another
          const partner = await client.sendCommand(["EVALSHA", sha, "1", "waiting", user])
          if (typeof partner !== "string") continue
          times.told(place)
          times.toldOpenid(partner)
        }
      }
      await Promise.all(Array.from({ length: inFlight }, presser))
      return {
        pairs: times.pairs,
        seconds: (millis() - startMillis) / 1_000,
        processorMicros: processorMicros() - startMicros,
        requests: users.length,
        medianMillis: times.medianMillis,
        p99Millis: times.p99Millis
      }
    }

    return {
      press: (people, inFlight) => Effect.promise(() => press(people, inFlight)),
      wait: (people) => Effect.promise(() => client.rPush("waiting", [...openids(people)])),
      forget: (people) => Effect.promise(() => client.del(openids(people).map((one) => `partner:${one}`))),
      crowd: () => Effect.die(new Error("everybody in a Redis list suits everybody"))
    } satisfies Contender
  })
