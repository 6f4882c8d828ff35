/** Who must not be paired with whom: the database's word, kept in memcached so that a search does not wait for the database. */
import { Context, Effect, Layer, Option, Schema } from "effect"
import { Openid } from "../core/openid.ts"
import { Memcached, type MemcachedError } from "../memcached/memcached.ts"
import { Background } from "./background.ts"
import { keys, ttlSeconds } from "./keys.ts"
import { blocksKnown, databaseAgain, Reports } from "./reports.ts"

/** How long a search waits for the database, where memcached does not know: it goes on without rather than keep people waiting. */
export const blocksWaitMillis = 500

export class Blocks extends Context.Service<
  Blocks,
  {
    /** Whom somebody blocked. While neither memcached nor the database can say: nobody. */
    readonly of: (openid: Openid) => Effect.Effect<ReadonlyArray<Openid>, MemcachedError>
    /** From now on the two are not paired, also before the database knows. */
    readonly add: (openid: Openid, blocked: Openid) => Effect.Effect<void, MemcachedError>
    /** Deletes whom somebody blocked, and their name from the reports they made. */
    readonly forget: (openid: Openid) => Effect.Effect<void, MemcachedError>
  }
>()("xiaohou/chat/Blocks") {
  static readonly layer = Layer.effect(
    Blocks,
    Effect.gen(function* () {
      const background = yield* Background
      const memcached = yield* Memcached
      const reports = yield* Reports

      const fromDatabase = Effect.fnUntraced(function* (openid: Openid) {
        const answer = reports.blockedBy(openid).pipe(Effect.option, Effect.timeoutOption(blocksWaitMillis))
        const known = Option.flatten(yield* answer)
        if (Option.isNone(known)) return []
        // Not `set`: a block that is added at this moment must not be lost.
        yield* background.run(
          memcached.add(keys.blocks(openid), JSON.stringify(known.value), ttlSeconds.blocks)
        )
        return known.value
      })

      const of = Effect.fnUntraced(function* (openid: Openid) {
        const cached = Option.flatMap(yield* memcached.get(keys.blocks(openid)), decode)
        return Option.isSome(cached) ? cached.value : yield* fromDatabase(openid)
      })

      return Blocks.of({
        of,
        add: Effect.fnUntraced(function* (openid, blocked) {
          const known = yield* of(openid)
          if (known.includes(blocked)) return
          const all = [blocked, ...known].slice(0, blocksKnown)
          yield* memcached.set(keys.blocks(openid), JSON.stringify(all), ttlSeconds.blocks)
        }),
        forget: (openid) =>
          background
            .run(Effect.retry(reports.forget(openid), databaseAgain))
            .pipe(Effect.andThen(memcached.delete(keys.blocks(openid))), Effect.asVoid)
      })
    })
  )
}

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Array(Openid)))
