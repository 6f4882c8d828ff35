/**
 * How often somebody tried to bind a card: in memcached, so that all servers with one LINK_SECRET count together. Without one the attempts on a
 * card are counted anew after a restart, which also ends all links.
 */
import { Context, Effect, Layer, Schema } from "effect"
import { LinkSecret, makeNameHash } from "../chat/secret-keys.ts"
import type { Openid } from "../core/openid.ts"
import { Memcached, type MemcachedError } from "../memcached/memcached.ts"
import type { OpenedLink } from "./links.ts"

/** More attempts than anybody needs who knows their password; the school was not asked. */
export class TooManyTries extends Schema.TaggedError<TooManyTries>()("TooManyTries", {}) {
  override get message() {
    return "too many attempts to bind"
  }
}

export class BindingAttempts extends Context.Service<
  BindingAttempts,
  {
    /** Counts an attempt, before it is made: attempts side by side do not slip through. */
    readonly count: (
      link: OpenedLink,
      cardNumber: string
    ) => Effect.Effect<void, TooManyTries | MemcachedError>
  }
>()("xiaohou/campus/BindingAttempts") {
  static readonly layer: Layer.Layer<BindingAttempts, never, Memcached> = Layer.effect(
    BindingAttempts,
    Effect.gen(function* () {
      const memcached = yield* Memcached
      const cardHash = makeNameHash(yield* LinkSecret, "card hash")
      const countOne = (key: string, most: number) =>
        Effect.flatMap(memcached.increment(key, 1, 1, windowSeconds), (count) =>
          count > most ? Effect.fail(new TooManyTries()) : Effect.void
        )
      return BindingAttempts.of({
        count: Effect.fnUntraced(function* (link, cardNumber) {
          yield* countOne(keys.link(link.id), mostTries.link)
          yield* countOne(keys.person(link.openid), mostTries.person)
          yield* countOne(keys.card(cardHash(cardNumber)), mostTries.card)
        })
      })
    })
  )
}

/** How many attempts a window allows: one link, one person with many links, and many persons who guess one student's password. */
export const mostTries = { link: 5, person: 15, card: 15 } as const

/** How long attempts count from the first one; longer than a link lives. */
export const windowSeconds = 60 * 60

/** Names under which attempts are counted in memcached. */
export const keys = {
  link: (id: string) => `bind-link:${id}`,
  person: (openid: Openid) => `bind-person:${openid}`,
  card: (hash: string) => `bind-card:${hash}`
} as const
