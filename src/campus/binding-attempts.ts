/** Which links were used or voided, and how often somebody tried: in memcached, so that all servers count together. */
import { createHash } from "node:crypto"
import { Clock, Context, Effect, Layer, Option, Schema } from "effect"
import type { Openid } from "../core/openid.ts"
import { Memcached, type MemcachedError } from "../memcached/memcached.ts"
import { linkedPages, type OpenedLink } from "./links.ts"

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
    readonly isUsed: (link: OpenedLink) => Effect.Effect<boolean, MemcachedError>
    /** Marks a link as used. False: it is already; of several at once one gets true. */
    readonly use: (link: OpenedLink) => Effect.Effect<boolean, MemcachedError>
    /** Takes the mark back: what it was used for did not happen. */
    readonly release: (link: OpenedLink) => Effect.Effect<void, MemcachedError>
    /** From now on the links that a person has bind nothing; later ones do. */
    readonly void: (openid: Openid) => Effect.Effect<void, MemcachedError>
    readonly isVoid: (link: OpenedLink) => Effect.Effect<boolean, MemcachedError>
  }
>()("xiaohou/campus/BindingAttempts") {
  static readonly layer: Layer.Layer<BindingAttempts, never, Memcached> = Layer.effect(
    BindingAttempts,
    Effect.map(Memcached, (memcached) => {
      const countOne = (key: string, most: number) =>
        Effect.flatMap(memcached.increment(key, 1, 1, windowSeconds), (count) =>
          count > most ? Effect.fail(new TooManyTries()) : Effect.void
        )
      return BindingAttempts.of({
        count: Effect.fnUntraced(function* (link, cardNumber) {
          yield* countOne(`bind-link:${link.id}`, mostTries.link)
          yield* countOne(`bind-person:${link.openid}`, mostTries.person)
          yield* countOne(`bind-card:${nameless(cardNumber)}`, mostTries.card)
        }),
        isUsed: (link) => Effect.map(memcached.get(usedKey(link)), Option.isSome),
        use: (link) => memcached.add(usedKey(link), "1", windowSeconds),
        release: (link) => Effect.asVoid(memcached.delete(usedKey(link))),
        void: (openid) =>
          Effect.flatMap(Clock.currentTimeMillis, (now) =>
            memcached.set(voidKey(openid), String(now), windowSeconds)
          ),
        isVoid: (link) =>
          Effect.map(
            memcached.get(voidKey(link.openid)),
            Option.exists((sinceMillis) => madeAtMillis(link) < Number(sinceMillis))
          )
      })
    })
  )
}

/** How many attempts a window allows: one link, one person with many links, and many persons who guess one student's password. */
export const mostTries = { link: 5, person: 15, card: 15 } as const

/** How long attempts count from the first one; longer than a link lives. */
const windowSeconds = 60 * 60

const usedKey = (link: OpenedLink) => `bind-used:${link.id}`

/** Nameless, since it stays for a while after a person is forgotten. */
const voidKey = (openid: Openid) => `bind-void:${nameless(openid)}`

const madeAtMillis = ({ expiresAtMillis }: OpenedLink): number =>
  expiresAtMillis - linkedPages.bind.lifetimeMillis

const nameless = (name: string): string => createHash("sha256").update(name).digest("base64url")
