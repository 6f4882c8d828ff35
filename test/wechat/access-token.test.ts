import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { Memcached } from "../../src/memcached/memcached.ts"
import { MemoryStore } from "../../src/memcached/memory-store.ts"
import { fakeWeChat, longToken, refusal, tokenAnswer, tokenPath } from "./fake-wechat.ts"
import { appSecret, memcachedDown, server, valueOf } from "./token-servers.ts"

describe("get", () => {
  it.effect("asks for the stable token as the protocol wants it, once", () =>
    Effect.gen(function* () {
      const wechat = yield* fakeWeChat((_asked, nth) => tokenAnswer(nth))
      const holder = yield* server(wechat, Memcached.layerMemory)
      const all = yield* Effect.all(
        Array.from({ length: 20 }, () => valueOf(holder)),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(new Set(all), new Set([longToken(0)]))
      assert.strictEqual(wechat.asked.length, 1)
      assert.deepStrictEqual(JSON.parse(wechat.asked[0]?.body ?? ""), {
        grant_type: "client_credential",
        appid: "wx0",
        secret: Redacted.value(appSecret),
        force_refresh: false
      })
      assert.strictEqual(wechat.asked[0]?.path, tokenPath)
    })
  )

  it.live("two servers that start together fetch once", () =>
    Effect.gen(function* () {
      const wechat = yield* fakeWeChat((_asked, nth) => ({ ...tokenAnswer(nth), after: 150 }))
      const shared = Memcached.layerStore(new MemoryStore())
      const servers = [
        yield* server(wechat, shared),
        yield* server(wechat, shared),
        yield* server(wechat, shared)
      ]
      const tokens = yield* Effect.forEach(servers, valueOf, { concurrency: "unbounded" })
      assert.deepStrictEqual(new Set(tokens), new Set([longToken(0)]))
      assert.strictEqual(wechat.asked.length, 1)
    })
  )

  it.live("a server whose colleague died with the lease fetches itself", () =>
    Effect.gen(function* () {
      const wechat = yield* fakeWeChat((_asked, nth) => tokenAnswer(nth))
      const shared = Memcached.layerStore(new MemoryStore())
      yield* Memcached.use((memcached) => memcached.add("token-lease", "1", 60)).pipe(Effect.provide(shared))
      assert.strictEqual(yield* valueOf(yield* server(wechat, shared)), longToken(0))
    })
  )

  it.effect("fetches the next token shortly before the old one ends, and once for all servers", () =>
    Effect.gen(function* () {
      const wechat = yield* fakeWeChat((_asked, nth) => tokenAnswer(nth))
      const shared = Memcached.layerStore(new MemoryStore())
      const [a, b] = [yield* server(wechat, shared), yield* server(wechat, shared)]
      assert.strictEqual(yield* valueOf(a), longToken(0))
      yield* TestClock.adjust("115 minutes")
      assert.strictEqual(yield* valueOf(a), longToken(0))
      yield* TestClock.adjust("61 seconds")
      assert.strictEqual(yield* valueOf(a), longToken(1))
      assert.strictEqual(yield* valueOf(b), longToken(1))
      assert.strictEqual(wechat.asked.length, 2)
    })
  )

  it.effect(
    "serves the old token while another server fetches, and while WeChat is down, until it ends",
    () =>
      Effect.gen(function* () {
        const wechat = yield* fakeWeChat((_asked, nth) => (nth === 0 ? tokenAnswer(nth) : refusal(-1)))
        const shared = Memcached.layerStore(new MemoryStore())
        const holder = yield* server(wechat, shared)
        const old = yield* valueOf(holder)
        yield* TestClock.adjust("117 minutes")
        yield* Memcached.use((memcached) => memcached.add("token-lease", "1", 5)).pipe(Effect.provide(shared))
        assert.strictEqual(yield* valueOf(holder), old)
        assert.strictEqual(wechat.asked.length, 1)
        yield* TestClock.adjust("10 seconds")
        assert.strictEqual(yield* valueOf(holder), old)
        assert.strictEqual(yield* valueOf(holder), old)
        assert.strictEqual(wechat.asked.length, 2)
        yield* TestClock.adjust("3 minutes")
        const error = yield* Effect.flip(valueOf(holder))
        assert.strictEqual(error.errcode, -1)
      })
  )

  it.effect("works without memcached", () =>
    Effect.gen(function* () {
      const wechat = yield* fakeWeChat((_asked, nth) => tokenAnswer(nth))
      const holder = yield* server(wechat, memcachedDown)
      assert.strictEqual(yield* valueOf(holder), longToken(0))
      assert.strictEqual(yield* valueOf(holder), longToken(0))
      yield* holder.invalidate(Redacted.make(longToken(0)))
      assert.strictEqual(yield* valueOf(holder), longToken(1))
      assert.strictEqual(wechat.asked.length, 2)
    })
  )

  it.effect("takes a damaged item for none", () =>
    Effect.gen(function* () {
      const wechat = yield* fakeWeChat((_asked, nth) => tokenAnswer(nth))
      const shared = Memcached.layerStore(new MemoryStore())
      yield* Memcached.use((memcached) => memcached.set("token", '{"token":', 60)).pipe(
        Effect.provide(shared)
      )
      const holder = yield* server(wechat, shared)
      assert.strictEqual(yield* valueOf(holder), longToken(0))
      assert.strictEqual(yield* valueOf(yield* server(wechat, shared)), longToken(0))
    })
  )

  it.effect("takes what another server saved while we reached for the lease", () =>
    Effect.gen(function* () {
      const wechat = yield* fakeWeChat((_asked, nth) => tokenAnswer(nth))
      const store = Memcached.layerStore(new MemoryStore())
      const other = yield* server(wechat, store)
      const late = Layer.effect(
        Memcached,
        Memcached.use((memcached) =>
          Effect.succeed({
            ...memcached,
            add: (key: string, value: string, ttlSeconds: number) =>
              key === "token-lease"
                ? Effect.andThen(Effect.orDie(other.get), memcached.add(key, value, ttlSeconds))
                : memcached.add(key, value, ttlSeconds)
          })
        )
      ).pipe(Layer.provide(store))
      assert.strictEqual(yield* valueOf(yield* server(wechat, late)), longToken(0))
      assert.strictEqual(wechat.asked.length, 1)
    })
  )
})

describe("invalidate", () => {
  it.effect("drops the token for everybody only if it is still the one", () =>
    Effect.gen(function* () {
      const wechat = yield* fakeWeChat((_asked, nth) => tokenAnswer(nth))
      const shared = Memcached.layerStore(new MemoryStore())
      const [a, b] = [yield* server(wechat, shared), yield* server(wechat, shared)]
      const [first] = [yield* a.get, yield* b.get]
      yield* a.invalidate(first)
      assert.strictEqual(yield* valueOf(a), longToken(1))
      yield* b.invalidate(first)
      assert.strictEqual(yield* valueOf(b), longToken(1))
      yield* a.invalidate(first)
      assert.strictEqual(yield* valueOf(a), longToken(1))
      assert.strictEqual(wechat.asked.length, 2)
    })
  )
})

describe("invalidate without memcached", () => {
  it.effect("keeps the token when another one was refused", () =>
    Effect.gen(function* () {
      const wechat = yield* fakeWeChat((_asked, nth) => tokenAnswer(nth))
      const holder = yield* server(wechat, memcachedDown)
      yield* holder.get
      yield* holder.invalidate(Redacted.make("an older one"))
      assert.strictEqual(yield* valueOf(holder), longToken(0))
      assert.strictEqual(wechat.asked.length, 1)
    })
  )
})

describe("saveStorageToken and getStorageToken", () => {
  it.effect("share a token that ends, and keep the one that ends later", () =>
    Effect.gen(function* () {
      const wechat = yield* fakeWeChat((_asked, nth) => tokenAnswer(nth))
      const shared = Memcached.layerStore(new MemoryStore())
      const [a, b] = [yield* server(wechat, shared), yield* server(wechat, shared)]
      assert.isTrue(Option.isNone(yield* a.getStorageToken))
      yield* a.saveStorageToken(Redacted.make("later"), 600_000)
      yield* b.saveStorageToken(Redacted.make("earlier"), 500_000)
      const stored = Option.getOrThrow(yield* b.getStorageToken)
      assert.deepStrictEqual([Redacted.value(stored.token), stored.endsAtMillis], ["later", 600_000])
      assert.strictEqual(yield* valueOf(b), "later")
      yield* TestClock.adjust("10 minutes")
      assert.isTrue(Option.isNone(yield* a.getStorageToken))
    })
  )

  it.effect("give no token that has ended, even if memcached still has it", () =>
    Effect.gen(function* () {
      const wechat = yield* fakeWeChat((_asked, nth) => tokenAnswer(nth))
      const shared = Memcached.layerStore(new MemoryStore())
      const item = JSON.stringify({ token: "ended", endsAtMillis: 0, refreshAtMillis: 0 })
      yield* Memcached.use((memcached) => memcached.set("token", item, 60)).pipe(Effect.provide(shared))
      const holder = yield* server(wechat, shared)
      assert.isTrue(Option.isNone(yield* holder.getStorageToken))
      assert.strictEqual(yield* valueOf(holder), longToken(0))
    })
  )
})
