/** The access token as an item in memcached, with the lease of the one server that fetches the next (docs/design.md, "What is stored"). */
import { Clock, Effect, Option, Redacted, Schema } from "effect"
import { dayMillis, daySeconds, minuteMillis } from "../core/durations.ts"
import type { Memcached, MemcachedError } from "../memcached/memcached.ts"

/** A token, when it ends and from when on a new one should be fetched, in milliseconds since 1970. */
export interface TokenItem {
  readonly token: Redacted.Redacted
  readonly endsAtMillis: number
  readonly refreshAtMillis: number
}

export interface SharedToken {
  /** The token, if there is one that has not ended; an item that cannot be read counts as none (pitfall 7). */
  readonly read: Effect.Effect<Option.Option<TokenItem>, MemcachedError>
  /** A token that ends later stays: a late answer must not replace a newer token (pitfall 5). */
  readonly save: (item: TokenItem) => Effect.Effect<void, MemcachedError>
  readonly drop: (token: Redacted.Redacted) => Effect.Effect<void, MemcachedError>
  /** Whether we are the server that fetches. Without memcached every server fetches: the stable token allows it. */
  readonly takeLease: Effect.Effect<boolean>
  readonly returnLease: Effect.Effect<void>
  /** Whether a new token may be forced now, which counts it. Without memcached each server counts alone. */
  readonly mayForce: Effect.Effect<boolean>
}

/** `force_refresh` at most 20 times a day and 30 s apart (notes 5); it ends the token that others may still use. */
export const forcedPerDay = 20
const forcedApartSeconds = 30

/** The stable token is replaced 5 minutes before it ends, and the old one holds until then (notes 5): refreshed earlier we would get the same one again. */
const refreshEarlyMillis = 4 * minuteMillis

/**
 * Longer than any fetch with its save, so that no server returns the lease of another; shorter than the early refresh, so that
 * a server that died in between costs nothing.
 */
const leaseSeconds = 15

/** A token with its times; one that lives shortly is refreshed at half its life. */
export const tokenItem = (token: Redacted.Redacted, endsAtMillis: number, nowMillis: number): TokenItem => ({
  token,
  endsAtMillis,
  refreshAtMillis: endsAtMillis - Math.min(refreshEarlyMillis, Math.max(0, endsAtMillis - nowMillis) / 2)
})

export const makeSharedToken = (memcached: Memcached["Service"]): SharedToken => {
  const versioned = memcached.gets(keys.token).pipe(
    Effect.map(
      Option.flatMap(({ value, version }) =>
        Option.map(decodeItem(value), (stored) => ({
          item: { ...stored, token: Redacted.make(stored.token) },
          version
        }))
      )
    )
  )

  const read = Effect.gen(function* () {
    const found = yield* versioned
    const now = yield* Clock.currentTimeMillis
    return Option.map(found, ({ item }) => item).pipe(Option.filter((item) => item.endsAtMillis > now))
  })

  const save = Effect.fnUntraced(function* (item: TokenItem) {
    const now = yield* Clock.currentTimeMillis
    const ttlSeconds = Math.max(1, Math.floor((item.endsAtMillis - now) / 1000))
    const value = JSON.stringify({ ...item, token: Redacted.value(item.token) })
    for (let attempt = 0; attempt < saveAttempts; attempt++) {
      const found = yield* memcached.gets(keys.token)
      if (Option.isNone(found)) {
        if (yield* memcached.add(keys.token, value, ttlSeconds)) return
        continue
      }
      const newer = Option.exists(
        decodeItem(found.value.value),
        (stored) => stored.endsAtMillis > item.endsAtMillis
      )
      if (newer || (yield* memcached.cas(keys.token, value, found.value.version, ttlSeconds))) return
    }
  })

  const drop = Effect.fnUntraced(function* (token: Redacted.Redacted) {
    const found = yield* versioned
    if (Option.isSome(found) && Redacted.value(found.value.item.token) === Redacted.value(token)) {
      yield* memcached.delete(keys.token, found.value.version)
    }
  })

  let forcedAtMillis: ReadonlyArray<number> = []
  /** Counts what this server itself has forced. */
  const mayForceAlone = Effect.map(Clock.currentTimeMillis, (now) => {
    const today = forcedAtMillis.filter((at) => now - at < dayMillis)
    const last = today.at(-1)
    const may = today.length < forcedPerDay && (last === undefined || now - last >= forcedApartSeconds * 1000)
    forcedAtMillis = may ? [...today, now] : today
    return may
  })
  const mayForceTogether = Effect.gen(function* () {
    if (!(yield* memcached.add(keys.forced, "1", forcedApartSeconds))) return false
    return (yield* memcached.increment(keys.forcedToday, 1, 1, daySeconds)) <= forcedPerDay
  })

  return {
    read,
    save,
    mayForce: Effect.flatMap(
      Effect.orElseSucceed(mayForceTogether, () => true),
      (may) => (may ? mayForceAlone : Effect.succeed(false))
    ),
    drop,
    takeLease: memcached.add(keys.lease, "1", leaseSeconds).pipe(Effect.orElseSucceed(() => true)),
    returnLease: Effect.ignore(memcached.delete(keys.lease))
  }
}

/** Names under which this stands in memcached. */
export const keys = {
  token: "token",
  lease: "token-lease",
  forced: "token-forced",
  forcedToday: "token-forced-today"
} as const

/** Each failed attempt means that another server has just saved one: after a few, theirs is as good as ours. */
const saveAttempts = 3

const decodeItem = Schema.decodeUnknownOption(
  Schema.fromJsonString(
    Schema.Struct({
      token: Schema.NonEmptyString,
      endsAtMillis: Schema.Finite,
      refreshAtMillis: Schema.Finite
    })
  )
)
