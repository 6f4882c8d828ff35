/** The ledger: how many pushes WeChat still allows for each user, counted by us and corrected by its refusals. */
import { Clock, Context, Effect, Layer, Option } from "effect"
import {
  afterNoPush,
  afterPush,
  afterRefusal,
  Allowance,
  assumed,
  opened,
  type Trigger
} from "../core/allowance.ts"
import type { Openid } from "../core/openid.ts"
import { type Ask, ask, understood } from "../memcached/asks.ts"
import { Memcached, type MemcachedError, type Version, type Versioned } from "../memcached/memcached.ts"
import { keys, ttlSeconds } from "./keys.ts"
import { decodeJson } from "./stored.ts"

/** A user's window as it was read. */
export interface StoredAllowance {
  readonly allowance: Allowance
  readonly version: Version | undefined
}

export class Ledger extends Context.Service<
  Ledger,
  {
    readonly read: (openid: Openid) => Effect.Effect<StoredAllowance, MemcachedError>
    /** A user acted: a new window. Blind, since it replaces whatever was counted before. */
    readonly open: (openid: Openid, trigger: Trigger) => Effect.Effect<void, MemcachedError>
    /** The same, to be asked together with others; milliseconds since 1970. */
    readonly opening: (openid: Openid, trigger: Trigger, nowMillis: number) => Ask<void>
    /** Like `read`, to be asked together with others. If nothing is stored, the window that is assumed begins at `nowMillis`. */
    readonly reading: (openid: Openid, nowMillis: number) => Ask<StoredAllowance>
    /** Counts a push before it is sent. False: the ledger changed since it was read. */
    readonly count: (openid: Openid, from: StoredAllowance) => Effect.Effect<boolean, MemcachedError>
    /** Takes a count back: the push did certainly not happen. False: the ledger changed since it was read. */
    readonly uncount: (openid: Openid, from: StoredAllowance) => Effect.Effect<boolean, MemcachedError>
    /** WeChat refused a push. False: the ledger changed since (a new window, perhaps). */
    readonly shut: (openid: Openid, from: StoredAllowance) => Effect.Effect<boolean, MemcachedError>
    readonly forget: (openid: Openid) => Effect.Effect<void, MemcachedError>
  }
>()("xiaohou/chat/Ledger") {
  static readonly layer = Layer.effect(
    Ledger,
    Effect.gen(function* () {
      const memcached = yield* Memcached

      const write = (openid: Openid, from: StoredAllowance, next: Allowance) =>
        from.version === undefined
          ? memcached.add(keys.quota(openid), JSON.stringify(next), ttlSeconds.quota)
          : memcached.cas(keys.quota(openid), JSON.stringify(next), from.version, ttlSeconds.quota)

      return Ledger.of({
        read: Effect.fnUntraced(function* (openid) {
          const found = yield* memcached.gets(keys.quota(openid))
          return storedAs(found, yield* Clock.currentTimeMillis)
        }),
        reading: (openid, nowMillis) =>
          understood(ask.gets(keys.quota(openid)), (found) => storedAs(found, nowMillis)),
        open: (openid, trigger) =>
          Effect.flatMap(Clock.currentTimeMillis, (now) =>
            memcached.set(keys.quota(openid), JSON.stringify(opened(trigger, now)), ttlSeconds.quota)
          ),
        opening: (openid, trigger, nowMillis) =>
          ask.set(keys.quota(openid), JSON.stringify(opened(trigger, nowMillis)), ttlSeconds.quota),
        count: (openid, from) => write(openid, from, afterPush(from.allowance)),
        uncount: (openid, from) => write(openid, from, afterNoPush(from.allowance)),
        shut: (openid, from) => write(openid, from, afterRefusal(from.allowance)),
        forget: (openid) => Effect.asVoid(memcached.delete(keys.quota(openid)))
      })
    })
  )
}

const storedAs = (found: Option.Option<Versioned>, nowMillis: number): StoredAllowance => ({
  allowance: Option.getOrElse(
    Option.flatMap(found, ({ value }) => decode(value)),
    () => assumed(nowMillis)
  ),
  version: Option.getOrUndefined(found)?.version
})

const decode = decodeJson(Allowance)
