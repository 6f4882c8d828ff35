import { Clock, Effect, Exit, Schema } from "effect"
import { Content } from "../core/content.ts"
import { WriteId } from "../core/room.ts"
import { ask } from "../memcached/asks.ts"
import { Memcached, type MemcachedError, type Urgency } from "../memcached/memcached.ts"
import { makeAlarms } from "../event-loop/alarms.ts"
import { newWriteId } from "./identifiers.ts"
import { keys, ttlSeconds } from "./keys.ts"
import { jsonItem, nothing } from "./stored.ts"

/** How often the server that works on a message shows that it lives. */
export const beatEveryMillis = 1_000

/**
 * A server without a sign of life for this long is taken for dead. WeChat's attempts are 5 s apart: if a server dies at any
 * moment of the first one, the second takes over with 1.5 s left to answer.
 */
export const leaseMillis = 3_000

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
export type Seen = typeof Seen.Type

/** A server is about to do what cannot be undone. */
const Sent = Schema.Struct({ writtenBy: WriteId })

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

/** Where claims are stored, and what their holders do with them. */
export const makeClaims = Effect.gen(function* () {
  const memcached = yield* Memcached
  const beatTimes = yield* makeAlarms(beatEveryMillis)
  const items = jsonItem(memcached, Seen)
  const sends = jsonItem(memcached, Sent)

  const beat = Effect.fnUntraced(function* (key: string, holder: WriteId) {
    const stored = yield* items.read(keys.seen(key))
    if (stored.value?.holder !== holder || stored.value.answered !== undefined) return
    const now = yield* Clock.currentTimeMillis
    const renewed = { ...stored.value, writtenBy: yield* newWriteId, aliveUntilMillis: now + leaseMillis }
    yield* items.write(keys.seen(key), stored, renewed, ttlSeconds.seen)
  })

  const beating = <A, E, R>(key: string, holder: WriteId, work: Effect.Effect<A, E, R>) =>
    Effect.suspend(() => {
      let takeBack = () => {}
      const beatOn = (): void => {
        takeBack = beatTimes.set(Effect.andThen(Effect.sync(beatOn), Effect.ignore(beat(key, holder))))
      }
      beatOn()
      return Effect.ensuring(
        work,
        Effect.sync(() => takeBack())
      )
    })

  const record = Effect.fnUntraced(function* (
    key: string,
    claimed: Seen,
    answered: NonNullable<Seen["answered"]>,
    urgency: Urgency
  ) {
    const seen = JSON.stringify({ ...claimed, answered })
    const [recorded] = yield* memcached.askAll([ask.set(keys.seen(key), seen, ttlSeconds.seen)], urgency)
    if (Exit.isSuccess(recorded)) return
    yield* Effect.catch(recorded, (error) =>
      Effect.logWarning("an answer could not be recorded", { problem: error.message })
    )
  })

  const withdraw = Effect.fnUntraced(function* (key: string, holder: WriteId) {
    for (;;) {
      const stored = yield* items.read(keys.seen(key))
      if (stored.value === undefined) return true
      if (stored.value.holder !== holder || stored.value.answered?.offered !== true) return false
      const taken = { ...stored.value, writtenBy: yield* newWriteId, answered: {} }
      if (yield* items.write(keys.seen(key), stored, taken, ttlSeconds.seen)) return true
    }
  })

  const mine = (key: string, claimed: Seen, takenOver: boolean): Mine => {
    const { holder } = claimed
    let mayHaveSent = false
    return {
      _tag: "Mine",
      firstClaimedAtMillis: claimed.firstClaimedAtMillis,
      takenOver,
      // What is done already needs no sign.
      alive: (work) => (Exit.isExit(work) ? work : beating(key, holder, work)),
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
      // This can wait for the next packet: the answer was given, so another attempt, if one comes, comes later.
      settle: (answer) =>
        record(key, claimed, answer === undefined ? {} : { content: answer }, "piggybacked"),
      offer: (answer) => record(key, claimed, { content: answer, offered: true }, "now"),
      // If nothing can be learned: rather twice than never.
      withdraw: Effect.suspend(() => Effect.orElseSucceed(withdraw(key, holder), () => true))
    }
  }

  return { items, mine }
})
