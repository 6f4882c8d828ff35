/**
 * The duplicates: WeChat sends a message again when the answer is late, to any server. The first attempt to claim it works on it,
 * and shows every second that it lives; every other attempt waits for that answer and gives the same, or takes the message over
 * from a server that died.
 */
import { Clock, Context, Effect, Exit, Layer } from "effect"
import type { Content } from "../core/content.ts"
import type { WriteId } from "../core/room.ts"
import type { Ask } from "../memcached/asks.ts"
import { Memcached, type MemcachedError } from "../memcached/memcached.ts"
import { leaseMillis, makeClaims, type Mine, type Seen } from "./claim.ts"
import { newWriteId } from "./identifiers.ts"
import { keys, ttlSeconds } from "./keys.ts"
import type { Stored } from "./stored.ts"

/** A server is watched for this long before it is taken for dead: the clocks of two servers may be apart. */
export const watchMillis = 1_500

/** How often another server's answer is looked for. */
export const underwayPollMillis = 200

/** Another attempt has the answer, and so has this one. */
export interface Answered {
  readonly _tag: "Answered"
  readonly answer: Content | undefined
}

/** Another attempt works on the message at the moment. */
export interface Underway {
  readonly _tag: "Underway"
}

/** A claim that is about to be made. */
export interface Claiming {
  readonly ask: Ask<boolean>
  /** What came of it, by what `ask` came to. */
  readonly outcome: (
    asked: Exit.Exit<boolean, MemcachedError>
  ) => Effect.Effect<Mine | Answered | Underway, MemcachedError>
}

export class Duplicates extends Context.Service<
  Duplicates,
  {
    /** `key`: the same for every attempt of one message. `over`: the holder is known to be dead, see `whenOver`. */
    readonly tryClaim: (key: string, over?: Over) => Effect.Effect<Mine | Answered | Underway, MemcachedError>
    /** The same in two parts, of which the first can be asked together with others. */
    readonly claiming: (key: string, over?: Over) => Effect.Effect<Claiming>
    /** When a message was claimed for the first time, milliseconds since 1970, as far as that can be learned. */
    readonly claimedAtMillis: (key: string) => Effect.Effect<number | undefined>
    /** Waits until there is an answer, or nobody alive works on the message. */
    readonly whenOver: (key: string) => Effect.Effect<Answered | Over, MemcachedError>
  }
>()("xiaohou/chat/Duplicates") {
  static readonly layer = Layer.effect(
    Duplicates,
    Effect.gen(function* () {
      const memcached = yield* Memcached
      const { items, mine } = yield* makeClaims
      const read = (key: string) => items.read(keys.seen(key))
      const write = (key: string, from: Stored<Seen>, next: Seen) =>
        items.write(keys.seen(key), from, next, ttlSeconds.seen)

      /** The answer of a message, which from now on counts as given. Undefined: it was withdrawn at this moment. */
      const take = Effect.fnUntraced(function* (key: string, stored: Stored<Seen>) {
        const { value } = stored
        if (value?.answered === undefined) return undefined
        const { content, offered } = value.answered
        if (offered === true) {
          const answered = content === undefined ? {} : { content }
          if (!(yield* write(key, stored, { ...value, writtenBy: yield* newWriteId, answered })))
            return undefined
        }
        return answeredWith(content)
      })

      const claiming: Duplicates["Service"]["claiming"] = Effect.fnUntraced(function* (key, over) {
        const now = yield* Clock.currentTimeMillis
        const holder = yield* newWriteId
        const claimed: Seen = {
          writtenBy: holder,
          holder,
          firstClaimedAtMillis: now,
          aliveUntilMillis: now + leaseMillis
        }
        return {
          ask: items.adding(keys.seen(key), claimed, ttlSeconds.seen),
          outcome: (added) =>
            Exit.isSuccess(added) && added.value
              ? Effect.succeed(mine(key, claimed, false))
              : notAdded(key, claimed, added, over)
        }
      })

      const notAdded = Effect.fnUntraced(function* (
        key: string,
        claimed: Seen,
        added: Exit.Exit<boolean, MemcachedError>,
        over: Over | undefined
      ): Effect.fn.Return<Mine | Answered | Underway, MemcachedError> {
        if (yield* items.wasWritten(keys.seen(key), claimed, added)) return mine(key, claimed, false)
        const stored = yield* read(key)
        const seen = stored.value
        // A memcached that hung carries out late what it was asked before.
        if (seen?.writtenBy === claimed.writtenBy) return mine(key, claimed, false)
        if (seen?.answered !== undefined && seen.answered.offered !== true)
          return answeredWith(seen.answered.content)
        if (seen === undefined && stored.version === undefined && Exit.isFailure(added)) {
          // As far as is known nobody claims the message, and our own claim did not come about. Again at once, or the user's next
          // message goes first.
          return yield* notAdded(key, claimed, yield* Effect.exit(write(key, stored, claimed)), over)
        }
        if (seen === undefined) {
          // The claim vanished at this moment, or what is stored cannot be read.
          const isOurs = stored.version !== undefined && (yield* write(key, stored, claimed))
          return isOurs ? mine(key, claimed, true) : underway
        }
        const takenOver: Seen = { ...claimed, firstClaimedAtMillis: seen.firstClaimedAtMillis }
        if (over?.holder !== seen.holder || !(yield* write(key, stored, takenOver))) return underway
        return mine(key, takenOver, true)
      })

      const tryClaim: Duplicates["Service"]["tryClaim"] = Effect.fnUntraced(function* (key, over) {
        const { ask, outcome } = yield* claiming(key, over)
        const [asked] = yield* memcached.askAll([ask])
        return yield* outcome(asked)
      })

      const whenOver: Duplicates["Service"]["whenOver"] = Effect.fnUntraced(function* (key) {
        let watched = { sign: "", sinceMillis: 0 }
        for (;;) {
          const stored = yield* read(key)
          const answered = yield* take(key, stored)
          if (answered !== undefined) return answered
          const seen = stored.value
          if (seen === undefined) return { _tag: "Over", holder: undefined } satisfies Over
          const now = yield* Clock.currentTimeMillis
          if (watched.sign !== seen.writtenBy) watched = { sign: seen.writtenBy, sinceMillis: now }
          const isSilent = seen.aliveUntilMillis <= now && watched.sinceMillis + watchMillis <= now
          if (isSilent && seen.answered === undefined)
            return { _tag: "Over", holder: seen.holder } satisfies Over
          yield* Effect.sleep(underwayPollMillis)
        }
      })

      const claimedAtMillis = (key: string) =>
        Effect.orElseSucceed(
          Effect.map(read(key), ({ value }) => value?.firstClaimedAtMillis),
          () => undefined
        )

      return Duplicates.of({ tryClaim, claiming, claimedAtMillis, whenOver })
    })
  )
}

const underway: Underway = { _tag: "Underway" }

const answeredWith = (answer: Content | undefined): Answered => ({ _tag: "Answered", answer })

/** Nobody alive works on the message any more: `holder` is dead, or undefined when memcached forgot the message. */
export interface Over {
  readonly _tag: "Over"
  readonly holder: WriteId | undefined
}
