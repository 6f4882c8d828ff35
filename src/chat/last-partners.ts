/** The last partners: with whom somebody talked until a moment ago, so that a rude partner who left at once can still be reported. */
import { Context, Effect, Layer, Option, Schema } from "effect"
import { Openid } from "../core/openid.ts"
import { RoomId } from "../core/room.ts"
import { Memcached, type MemcachedError } from "../memcached/memcached.ts"
import { keys, ttlSeconds } from "./keys.ts"

/** A chat that is over, as one of its two has it. `atMillis`: since when (milliseconds since 1970); an older version did not say. */
const LastPartner = Schema.Struct({
  room: RoomId,
  partner: Openid,
  atMillis: Schema.optionalKey(Schema.Natural)
})
export type LastPartner = typeof LastPartner.Type

export class LastPartners extends Context.Service<
  LastPartners,
  {
    /** The chat of these two is over. If memcached does not take it, neither can report the other any more. */
    readonly parted: (room: RoomId, one: Openid, other: Openid, atMillis: number) => Effect.Effect<void>
    readonly of: (openid: Openid) => Effect.Effect<Option.Option<LastPartner>, MemcachedError>
    readonly forget: (openid: Openid) => Effect.Effect<void, MemcachedError>
  }
>()("xiaohou/chat/LastPartners") {
  static readonly layer = Layer.effect(
    LastPartners,
    Effect.gen(function* () {
      const memcached = yield* Memcached
      const remember = (openid: Openid, last: LastPartner) =>
        Effect.ignore(memcached.set(keys.lastPartner(openid), JSON.stringify(last), ttlSeconds.lastPartner))
      return LastPartners.of({
        parted: (room, one, other, atMillis) =>
          Effect.all(
            [
              remember(one, { room, partner: other, atMillis }),
              remember(other, { room, partner: one, atMillis })
            ],
            { concurrency: "unbounded", discard: true }
          ),
        of: (openid) => Effect.map(memcached.get(keys.lastPartner(openid)), Option.flatMap(decode)),
        forget: (openid) => Effect.asVoid(memcached.delete(keys.lastPartner(openid)))
      })
    })
  )
}

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(LastPartner))
