/**
 * Who talked with whom lately, so that the same two do not meet again while anybody else is there. One item for each two, so that
 * one operation asks and records. A memory that may be lost: where memcached does not answer, two count as strangers.
 */
import { Context, Effect, Exit, Layer, Option } from "effect"
import type { Openid } from "../core/openid.ts"
import { Memcached, type MemcachedError } from "../memcached/memcached.ts"
import { keys, ttlSeconds } from "./keys.ts"

export type Two = readonly [Openid, Openid]

export class Acquaintances extends Context.Service<
  Acquaintances,
  {
    /** Records of each two that they meet now; false: they met lately. */
    readonly introduce: (twos: ReadonlyArray<Two>) => Effect.Effect<ReadonlyArray<boolean>>
    /** Whether each two met lately; changes nothing. */
    readonly metLately: (twos: ReadonlyArray<Two>) => Effect.Effect<ReadonlyArray<boolean>>
    /** Records that two meet now, whether or not they did before. */
    readonly met: (two: Two) => Effect.Effect<void, MemcachedError>
  }
>()("xiaohou/chat/Acquaintances") {
  static readonly layer = Layer.effect(
    Acquaintances,
    Effect.gen(function* () {
      const memcached = yield* Memcached
      const item = (two: Two) => ({ key: keys.met(...two), value: met, ttlSeconds: ttlSeconds.met })
      return Acquaintances.of({
        introduce: (twos) =>
          Effect.map(memcached.writeAll(twos.map(item)), (written) =>
            written.map((exit) => !Exit.isSuccess(exit) || exit.value)
          ),
        metLately: (twos) =>
          Effect.forEach(
            twos,
            (two) =>
              Effect.orElseSucceed(Effect.map(memcached.get(keys.met(...two)), Option.isSome), () => false),
            { concurrency: "unbounded" }
          ),
        met: (two) => memcached.set(keys.met(...two), met, ttlSeconds.met)
      })
    })
  )
}

/** That the item is there says it all. */
const met = "1"
