/** Attempts to bind a card are counted by all servers together, and memcached does not learn on which card. */
import { createHash } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { BindingAttempts, mostTries } from "../../src/campus/binding-attempts.ts"
import { LinkSecret } from "../../src/chat/secret-keys.ts"
import { Openid } from "../../src/core/openid.ts"
import { Memcached } from "../../src/memcached/memcached.ts"
import { MemoryStore } from "../../src/memcached/memory-store.ts"
import { linkFor } from "./bound.ts"

const cardNumber = "213130001"

const serverOn = (store: MemoryStore, secret: string) =>
  Effect.provide(
    BindingAttempts,
    BindingAttempts.layer.pipe(
      Layer.provide([Memcached.layerStore(store), Layer.succeed(LinkSecret, Redacted.make(secret))]),
      Layer.fresh
    )
  )

/** One attempt of a new person on the one card; false: it was one too many. */
const attempt = Effect.fnUntraced(function* (server: BindingAttempts["Service"], person: number) {
  const link = yield* linkFor(Openid.make(`oPerson${person}`))
  return yield* Effect.match(server.count(link, cardNumber), {
    onSuccess: () => true,
    onFailure: () => false
  })
})

describe("attempts on one card", () => {
  it.effect("of many persons are counted by servers with the same secret together", () =>
    Effect.gen(function* () {
      const store = new MemoryStore()
      const servers = [yield* serverOn(store, "of all"), yield* serverOn(store, "of all")] as const
      for (let person = 0; person < mostTries.card; person += 1) {
        assert.isTrue(yield* attempt(servers[person % 2 === 0 ? 0 : 1], person))
      }
      for (const server of servers) assert.isFalse(yield* attempt(server, mostTries.card))
    })
  )

  it.effect(
    "are counted under a name from which nobody without the secret finds the card by trying all",
    () =>
      Effect.gen(function* () {
        const stores = [new MemoryStore(), new MemoryStore()] as const
        yield* attempt(yield* serverOn(stores[0], "one"), 0)
        yield* attempt(yield* serverOn(stores[1], "another"), 0)
        const [name = "", other = ""] = stores.map((store) =>
          store.keys().find((key) => key.startsWith("bind-card:"))
        )
        assert.isNotEmpty(name)
        assert.notInclude(name, cardNumber)
        for (const form of ["base64url", "base64", "hex"] as const) {
          assert.notInclude(name, createHash("sha256").update(cardNumber).digest(form))
        }
        assert.notStrictEqual(name, other)
      })
  )
})
