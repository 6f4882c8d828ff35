/** Who talked with whom lately, so that the same two do not meet again while anybody else is there. */
import { Context, Effect, Layer, Option, Schema } from "effect"
import { Openid } from "../core/openid.ts"
import { remember } from "../core/pairing.ts"
import { Memcached, type MemcachedError } from "../memcached/memcached.ts"
import { keys, ttlSeconds } from "./keys.ts"

export class Acquaintances extends Context.Service<
  Acquaintances,
  {
    /** The last partners, newest first. */
    readonly of: (openid: Openid) => Effect.Effect<ReadonlyArray<Openid>, MemcachedError>
    /**
     * Records that two were paired, given whom each had met before. A memory that may be lost: written without
     * compare-and-swap, and forgotten after an hour.
     */
    readonly met: (one: Person, other: Person) => Effect.Effect<void, MemcachedError>
    readonly forget: (openid: Openid) => Effect.Effect<void, MemcachedError>
  }
>()("xiaohou/chat/Acquaintances") {
  static readonly layer = Layer.effect(
    Acquaintances,
    Effect.gen(function* () {
      const memcached = yield* Memcached

      const write = (person: Person, partner: Openid) =>
        memcached.set(
          keys.met(person.openid),
          JSON.stringify(remember(person.recent, partner)),
          ttlSeconds.met
        )

      return Acquaintances.of({
        of: (openid) =>
          Effect.map(memcached.get(keys.met(openid)), (value) =>
            Option.getOrElse(Option.flatMap(value, decode), () => [])
          ),
        // One after the other: nobody waits for it.
        met: (one, other) => Effect.andThen(write(one, other.openid), write(other, one.openid)),
        forget: (openid) => Effect.asVoid(memcached.delete(keys.met(openid)))
      })
    })
  )
}

interface Person {
  readonly openid: Openid
  readonly recent: ReadonlyArray<Openid>
}

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Array(Openid)))
