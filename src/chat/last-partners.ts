/** The last partners: with whom somebody talked until a moment ago, so that a rude partner who left at once can still be reported. */
import { Context, Effect, Layer, Option, Schema } from "effect"
import { Openid } from "../core/openid.ts"
import { RoomId } from "../core/room.ts"
import { Memcached, type MemcachedError } from "../memcached/memcached.ts"
import { clocksApartSeconds } from "./clocks.ts"
import { keys, ttlSeconds } from "./keys.ts"

/**
 * A chat that is over, as one of its two has it: when it began, and since when it is over (milliseconds since 1970). Older versions did not
 * say when.
 */
const LastPartner = Schema.Struct({
  room: RoomId,
  partner: Openid,
  sinceMillis: Schema.optionalKey(Schema.Natural),
  atMillis: Schema.optionalKey(Schema.Natural)
})
export type LastPartner = typeof LastPartner.Type

/** A chat of two people that is over. */
export interface OverChat {
  readonly room: RoomId
  readonly two: readonly [Openid, Openid]
  /** When it began and ended, milliseconds since 1970. */
  readonly sinceMillis: number
  readonly atMillis: number
}

export class LastPartners extends Context.Service<
  LastPartners,
  {
    /**
     * The chat of these two is over. If memcached does not take it, neither can report the other any more. Who was in a later chat since
     * keeps that one: an older one may live on if memcached lost a session.
     */
    readonly parted: (chat: OverChat) => Effect.Effect<void>
    readonly of: (openid: Openid) => Effect.Effect<Option.Option<LastPartner>, MemcachedError>
    readonly forget: (openid: Openid) => Effect.Effect<void, MemcachedError>
  }
>()("xiaohou/chat/LastPartners") {
  static readonly layer = Layer.effect(
    LastPartners,
    Effect.gen(function* () {
      const memcached = yield* Memcached
      const of = (openid: Openid) =>
        Effect.map(memcached.get(keys.lastPartner(openid)), Option.flatMap(decode))
      const remember = Effect.fnUntraced(function* (openid: Openid, last: LastPartner) {
        const known = yield* Effect.orElseSucceed(of(openid), () => Option.none<LastPartner>())
        if (Option.exists(known, (chat) => beganAfter(chat, last))) return
        yield* Effect.ignore(
          memcached.set(keys.lastPartner(openid), JSON.stringify(last), ttlSeconds.lastPartner)
        )
      })
      return LastPartners.of({
        parted: ({ two: [one, other], ...chat }) =>
          Effect.all(
            [remember(one, { ...chat, partner: other }), remember(other, { ...chat, partner: one })],
            {
              concurrency: "unbounded",
              discard: true
            }
          ),
        of,
        forget: (openid) => Effect.asVoid(memcached.delete(keys.lastPartner(openid)))
      })
    })
  )
}

/** In doubt not: two servers with clocks that are apart may have made them. */
const beganAfter = (one: LastPartner, other: LastPartner): boolean =>
  one.sinceMillis !== undefined &&
  other.sinceMillis !== undefined &&
  one.sinceMillis > other.sinceMillis + 1_000 * clocksApartSeconds

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(LastPartner))
