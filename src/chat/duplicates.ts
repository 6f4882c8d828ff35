/**
 * The duplicates: WeChat sends a message again when the answer is late, to any server. The first attempt to claim it works on it,
 * and shows every second that it lives; every other attempt waits for that answer and gives the same, or takes the message over
 * from a server that died.
 */
import { Clock, Context, Effect, Layer, Schema } from "effect"
import { Content } from "../core/content.ts"
import { WriteId } from "../core/room.ts"
import { Memcached, type MemcachedError } from "../memcached/memcached.ts"
import { makeAlarms } from "./alarms.ts"
import { newWriteId } from "./identifiers.ts"
import { keys, ttlSeconds } from "./keys.ts"
import { jsonItem, nothing, type Stored } from "./stored.ts"

/** How often whoever works on a message shows that they live. */
export const beatEveryMillis = 1_000

/**
 * Whoever gave no sign of life for this long is taken for dead. WeChat's attempts are 5 s apart: of a server that dies at any moment
 * of the first one, the second takes over with a second and a half left to answer.
 */
export const leaseMillis = 3_000

/** Nobody is taken for dead before they were watched for this long: the clocks of two servers may be apart. */
export const watchMillis = 1_500

/** How often another server's answer is looked for. */
export const underwayPollMillis = 200

/**
 * A message that is being worked on by `holder` (no `answered`), or its answer; an answer without `content` says nothing. `offered`: it came too
 * late for the attempt that worked on it, and no other has given it yet. Times in milliseconds since 1970.
 */
const Seen = Schema.Struct({
  writtenBy: WriteId,
  holder: WriteId,
  firstClaimedAtMillis: Schema.Natural,
  aliveUntilMillis: Schema.Natural,
  answered: Schema.optionalKey(
    Schema.Struct({ content: Schema.optionalKey(Content), offered: Schema.optionalKey(Schema.Literal(true)) })
  )
})
type Seen = typeof Seen.Type

/** This attempt has to work on the message. */
export interface Mine {
  readonly _tag: "Mine"
  /** When the first attempt came, milliseconds since 1970. */
  readonly firstClaimedAtMillis: number
  /** A server that died has begun to work on it. */
  readonly takenOver: boolean
  /** Does `work`, and shows every `beatEveryMillis` meanwhile that this server lives. */
  readonly alive: <A, E, R>(work: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /**
   * To be asked before something is done that cannot be undone or recognised: a push. False: a server that died, or was taken for dead,
   * was at that point before.
   */
  readonly firstToSend: Effect.Effect<boolean, MemcachedError>
  /** Records the answer that was given. */
  readonly settle: (answer: Content | undefined) => Effect.Effect<void>
  /** Records an answer for an attempt that still waits, or is to come. */
  readonly offer: (answer: Content) => Effect.Effect<void>
  /** Takes an offered answer back, so that no attempt gives it any more. False: one has. */
  readonly withdraw: Effect.Effect<boolean>
}

/** Another attempt has the answer, and so has this one. */
export interface Answered {
  readonly _tag: "Answered"
  readonly answer: Content | undefined
}

/** Another attempt works on the message at the moment. */
export interface Underway {
  readonly _tag: "Underway"
}

export class Duplicates extends Context.Service<
  Duplicates,
  {
    /** `key`: the same for every attempt of one message. `over`: the holder is known to be dead, see `whenOver`. */
    readonly tryClaim: (key: string, over?: Over) => Effect.Effect<Mine | Answered | Underway, MemcachedError>
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
      const beatTimes = yield* makeAlarms(beatEveryMillis)
      const items = jsonItem(memcached, Seen)
      const read = (key: string) => items.read(keys.seen(key))
      const write = (key: string, from: Stored<Seen>, next: Seen) =>
        items.write(keys.seen(key), from, next, ttlSeconds.seen)

      const mine = (key: string, claimed: Seen, takenOver: boolean): Mine => {
        const { holder } = claimed
        const record = (answered: NonNullable<Seen["answered"]>) =>
          memcached
            .set(keys.seen(key), JSON.stringify({ ...claimed, answered }), ttlSeconds.seen)
            .pipe(
              Effect.catch((error) =>
                Effect.logWarning("an answer could not be recorded", { problem: error.message })
              )
            )

        const beat = Effect.gen(function* () {
          const stored = yield* read(key)
          if (stored.value?.holder !== holder || stored.value.answered !== undefined) return
          const now = yield* Clock.currentTimeMillis
          const writtenBy = yield* newWriteId
          yield* write(key, stored, { ...stored.value, writtenBy, aliveUntilMillis: now + leaseMillis })
        })

        const alive: Mine["alive"] = (work) =>
          Effect.suspend(() => {
            let takeBack = () => {}
            const beatOn = (): void => {
              takeBack = beatTimes.set(Effect.andThen(Effect.sync(beatOn), Effect.ignore(beat)))
            }
            beatOn()
            return Effect.ensuring(
              work,
              Effect.sync(() => takeBack())
            )
          })

        const withdraw = Effect.gen(function* () {
          for (;;) {
            const stored = yield* read(key)
            if (stored.value === undefined) return true
            if (stored.value.holder !== holder || stored.value.answered?.offered !== true) return false
            const writtenBy = yield* newWriteId
            if (yield* write(key, stored, { ...stored.value, writtenBy, answered: {} })) return true
          }
        })

        let mayHaveSent = false
        return {
          _tag: "Mine",
          firstClaimedAtMillis: claimed.firstClaimedAtMillis,
          takenOver,
          alive,
          firstToSend: Effect.suspend(() =>
            mayHaveSent
              ? Effect.succeed(true)
              : Effect.tap(
                  sends.write(keys.sent(key), nothing, { writtenBy: holder }, ttlSeconds.seen),
                  (first) =>
                    Effect.sync(() => {
                      mayHaveSent = first
                    })
                )
          ),
          settle: (answer) => record(answer === undefined ? {} : { content: answer }),
          offer: (answer) => record({ content: answer, offered: true }),
          // Rather twice than never, where nothing can be learned.
          withdraw: Effect.orElseSucceed(withdraw, () => true)
        }
      }
      const sends = jsonItem(memcached, Sent)

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

      const tryClaim: Duplicates["Service"]["tryClaim"] = Effect.fnUntraced(function* (key, over) {
        const now = yield* Clock.currentTimeMillis
        const holder = yield* newWriteId
        const claimed: Seen = {
          writtenBy: holder,
          holder,
          firstClaimedAtMillis: now,
          aliveUntilMillis: now + leaseMillis
        }
        if (yield* write(key, nothing, claimed)) return mine(key, claimed, false)
        const stored = yield* read(key)
        const seen = stored.value
        if (seen?.answered !== undefined && seen.answered.offered !== true)
          return answeredWith(seen.answered.content)
        if (seen === undefined) {
          // Gone at this moment, or written by nobody we know.
          const isOurs = stored.version !== undefined && (yield* write(key, stored, claimed))
          return isOurs ? mine(key, claimed, true) : underway
        }
        const takenOver: Seen = { ...claimed, firstClaimedAtMillis: seen.firstClaimedAtMillis }
        if (over?.holder !== seen.holder || !(yield* write(key, stored, takenOver))) return underway
        return mine(key, takenOver, true)
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

      return Duplicates.of({ tryClaim, claimedAtMillis, whenOver })
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

/** Somebody is about to do what cannot be undone. */
const Sent = Schema.Struct({ writtenBy: WriteId })
