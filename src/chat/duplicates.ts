/**
 * The duplicates: WeChat sends a message again when the answer is late, to any server. The first to claim it works on it; every
 * other attempt waits for that answer and gives the same.
 */
import { Clock, Context, Effect, Layer, Schema } from "effect"
import { Content } from "../core/content.ts"
import { WriteId } from "../core/room.ts"
import { Memcached, type MemcachedError } from "../memcached/memcached.ts"
import { newWriteId } from "./identifiers.ts"
import { keys, ttlSeconds } from "./keys.ts"
import { jsonItem, nothing } from "./stored.ts"

/**
 * Who works on a message and has not finished after this long is taken for dead, and the next attempt works on it. WeChat's
 * attempts are 5 s apart.
 */
export const workStaleMillis = 14_000

/** How often another server's answer is looked for. */
export const underwayPollMillis = 100

/** A message being answered (no `answered`), or its answer; an answer without `content` says nothing. */
const Seen = Schema.Struct({
  writtenBy: WriteId,
  claimedAtMillis: Schema.Natural,
  /** Of a message that was taken over: when it was claimed for the first time. */
  firstClaimedAtMillis: Schema.optionalKey(Schema.Natural),
  answered: Schema.optionalKey(Schema.Struct({ content: Schema.optionalKey(Content) }))
})
type Seen = typeof Seen.Type

/**
 * What this attempt has to do: work on the message (and settle the claim), or give the answer that is there. `writtenAtMillis`: the
 * message is taken over from a server that died, which claimed it then (milliseconds since 1970).
 */
export type Claim =
  | {
      readonly _tag: "Mine"
      readonly settle: (answer: Content | undefined) => Effect.Effect<void>
      readonly writtenAtMillis?: number
    }
  | { readonly _tag: "Answered"; readonly answer: Content | undefined }

/** Another attempt works on the message at the moment: ask again after `underwayPollMillis`. */
export interface Underway {
  readonly _tag: "Underway"
}

export class Duplicates extends Context.Service<
  Duplicates,
  {
    /** `key`: the same for every attempt of one message. Waits as long as another works on it. */
    readonly claim: (key: string) => Effect.Effect<Claim, MemcachedError>
    /** The same without waiting. */
    readonly tryClaim: (key: string) => Effect.Effect<Claim | Underway, MemcachedError>
  }
>()("xiaohou/chat/Duplicates") {
  static readonly layer = Layer.effect(
    Duplicates,
    Effect.gen(function* () {
      const memcached = yield* Memcached
      const items = jsonItem(memcached, Seen)

      const mine = (key: string, claimed: Seen): Claim => ({
        _tag: "Mine",
        ...(claimed.firstClaimedAtMillis === undefined
          ? {}
          : { writtenAtMillis: claimed.firstClaimedAtMillis }),
        settle: (answer) =>
          memcached
            .set(
              keys.seen(key),
              encode({ ...claimed, answered: answer === undefined ? {} : { content: answer } }),
              ttlSeconds.seen
            )
            .pipe(
              Effect.catch((error) =>
                Effect.logWarning("an answer could not be recorded", { problem: error.message })
              )
            )
      })

      const tryClaim = Effect.fnUntraced(function* (key: string) {
        const writtenBy = yield* newWriteId
        const now = yield* Clock.currentTimeMillis
        const claimed: Seen = { writtenBy, claimedAtMillis: now }
        const name = keys.seen(key)
        if (yield* items.write(name, nothing, claimed, ttlSeconds.seen)) return mine(key, claimed)
        const stored = yield* items.read(name)
        const seen = stored.value
        if (seen?.answered !== undefined) {
          return { _tag: "Answered", answer: seen.answered.content } satisfies Claim
        }
        const stale = seen === undefined || seen.claimedAtMillis + workStaleMillis <= now
        if (!stale || stored.version === undefined) return { _tag: "Underway" } satisfies Underway
        const takenOver: Seen =
          seen === undefined
            ? claimed
            : { ...claimed, firstClaimedAtMillis: seen.firstClaimedAtMillis ?? seen.claimedAtMillis }
        return (yield* items.write(name, stored, takenOver, ttlSeconds.seen))
          ? mine(key, takenOver)
          : ({ _tag: "Underway" } satisfies Underway)
      })

      const claim = Effect.fnUntraced(function* (key: string) {
        for (;;) {
          const claimed = yield* tryClaim(key)
          if (claimed._tag !== "Underway") return claimed
          yield* Effect.sleep(underwayPollMillis)
        }
      })

      return Duplicates.of({ claim, tryClaim })
    })
  )
}

const encode = Schema.encodeSync(Schema.fromJsonString(Seen))
