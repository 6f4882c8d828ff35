/**
 * Who talked with whom lately, so that the same two do not meet again while anybody else is there, and who must not be paired
 * with whom. One item for each two people: one operation both asks and records. Only two newcomers, who were in no chat lately, need not be
 * asked about; that they met is recorded when they part.
 */
import { Context, Effect, Exit, Layer, Option } from "effect"
import { minuteMillis } from "../core/durations.ts"
import type { Openid } from "../core/openid.ts"
import { ask } from "../memcached/asks.ts"
import { Memcached, type MemcachedError } from "../memcached/memcached.ts"
import { keys, ttlSeconds } from "./keys.ts"

/** The hour for which it is remembered counts from the end of a chat that lasted longer than this. */
const longChatMillis = 5 * minuteMillis

export type Two = readonly [Openid, Openid]

/** What the item of two people says: they met lately, or one blocked the other. It may be lost. */
export type Acquaintance = "strangers" | "met" | "blocked"

/** Of each two, in their order. */
type Found = Effect.Effect<ReadonlyArray<Exit.Exit<Acquaintance, MemcachedError>>>

export class Acquaintances extends Context.Service<
  Acquaintances,
  {
    /** What each two are to each other so far; strangers count as having met from now on. */
    readonly introduce: (twos: ReadonlyArray<Two>) => Found
    /** What each two are to each other; changes nothing. */
    readonly between: (twos: ReadonlyArray<Two>) => Found
    /**
     * Records that two part now, who were in a chat for so long. After a short one it is not recorded anew if it was before, when they met:
     * that would be two operations more for little.
     */
    readonly met: (two: Two, chatMillis: number) => Effect.Effect<void, MemcachedError>
    /** Records that two must not be paired. */
    readonly block: (two: Two) => Effect.Effect<void, MemcachedError>
  }
>()("xiaohou/chat/Acquaintances") {
  static readonly layer = Layer.effect(
    Acquaintances,
    Effect.gen(function* () {
      const memcached = yield* Memcached
      const adding = (two: Two) => ask.add(keys.met(...two), values.met, ttlSeconds.met)

      const one = (two: Two) => Effect.map(memcached.get(keys.met(...two)), meaning)

      /** After an `add`: it was done, or something was there already, or nobody knows. */
      const before = (two: Two, added: Exit.Exit<boolean, MemcachedError>) => {
        if (Exit.isSuccess(added) && added.value) return Effect.succeed(strangers)
        return added.pipe(
          // It was there a moment ago, and has lapsed since.
          Effect.flatMap(() => Effect.map(one(two), (found) => (found === "blocked" ? found : "met"))),
          // If it is there now, our own `add` most likely made it.
          Effect.catchTag("MemcachedUnanswered", () =>
            Effect.map(one(two), (found) => (found === "blocked" ? found : "strangers"))
          ),
          Effect.exit
        )
      }

      return Acquaintances.of({
        introduce: (twos) =>
          Effect.flatMap(memcached.askAll(twos.map(adding)), (added) =>
            added.every((exit) => Exit.isSuccess(exit) && exit.value)
              ? Effect.succeed(added.map(() => strangers))
              : Effect.forEach(twos, (two, place) => before(two, added[place] ?? Exit.succeed(false)), atOnce)
          ),
        between: (twos) => Effect.forEach(twos, (two) => Effect.exit(one(two)), atOnce),
        met: Effect.fnUntraced(function* (two, chatMillis) {
          const key = keys.met(...two)
          if (yield* memcached.add(key, values.met, ttlSeconds.met)) return
          if (chatMillis < longChatMillis) return
          const found = Option.getOrUndefined(yield* memcached.gets(key))
          // Not `set`: a block that comes at this moment must not be lost.
          if (found?.value === values.met) {
            yield* memcached.cas(key, values.met, found.version, ttlSeconds.met)
          }
        }),
        block: (two) => memcached.set(keys.met(...two), values.blocked, ttlSeconds.blocked)
      })
    })
  )
}

const atOnce = { concurrency: "unbounded" } as const

const strangers = Exit.succeed<Acquaintance>("strangers")

const values = { met: "1", blocked: "blocked" } as const

const meaning = (found: Option.Option<string>): Acquaintance => {
  if (Option.isNone(found)) return "strangers"
  return found.value === values.blocked ? "blocked" : "met"
}
