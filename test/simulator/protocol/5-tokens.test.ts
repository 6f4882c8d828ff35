import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { startSimulator } from "../simulator-rig.ts"
import { tinyBot } from "../tiny-bot.ts"
import { call, credentials } from "./account.ts"

/** The two token calls of a simulated account, and whether a token is taken by another call (0, or its errcode). */
const stage = Effect.fnUntraced(function* (kind: "verified" | "test" = "verified") {
  const bot = yield* tinyBot(() => "success")
  const { platform, url } = yield* startSimulator(bot.url, { conditions: { kind } })
  const query = (changes: object) => new URLSearchParams({ ...credentials, ...changes }).toString()
  return {
    platform,
    url,
    plain: (changes: object = {}) => call(`${url}/cgi-bin/token?${query(changes)}`),
    stable: (changes: object = {}) => call(`${url}/cgi-bin/stable_token`, { ...credentials, ...changes }),
    verdict: (token: string | undefined) =>
      Effect.map(
        call(`${url}/cgi-bin/getcallbackip?access_token=${token ?? ""}`),
        ({ errcode = 0 }) => errcode
      )
  }
})

describe("protocol notes 5, access_token", () => {
  it.effect("token: a repeat call issues a new token, the old one dies after 5 min of overlap", () =>
    Effect.gen(function* () {
      const { plain, verdict } = yield* stage()
      const [old, fresh] = [(yield* plain()).access_token, (yield* plain()).access_token]
      assert.notStrictEqual(old, fresh)
      yield* TestClock.adjust("299 seconds")
      assert.deepStrictEqual([yield* verdict(old), yield* verdict(fresh)], [0, 0])
      yield* TestClock.adjust("1 seconds")
      assert.deepStrictEqual([yield* verdict(old), yield* verdict(fresh)], [40001, 0])
    }).pipe(Effect.scoped)
  )

  it.effect(
    "stable_token: the same token until 5 min before expiry, then a new one; both valid for those 5 min; expires_in ≥ 300",
    () =>
      Effect.gen(function* () {
        const { stable, verdict } = yield* stage()
        const first = yield* stable()
        yield* TestClock.adjust("6899 seconds")
        const last = yield* stable()
        assert.deepStrictEqual([last.access_token, last.expires_in], [first.access_token, 301])
        yield* TestClock.adjust("1 seconds")
        const next = yield* stable()
        assert.notStrictEqual(next.access_token, first.access_token)
        assert.strictEqual(next.expires_in, 7200)
        assert.deepStrictEqual(
          [yield* verdict(first.access_token), yield* verdict(next.access_token)],
          [0, 0]
        )
        yield* TestClock.adjust("300 seconds")
        assert.deepStrictEqual(
          [yield* verdict(first.access_token), yield* verdict(next.access_token)],
          [42001, 0]
        )
      }).pipe(Effect.scoped)
  )

  it.effect("limits: token 2000/day, 200/day for a test account (45009), until midnight in Beijing", () =>
    Effect.gen(function* () {
      const { plain, stable } = yield* stage("test")
      yield* Effect.forEach(Array.from({ length: 200 }), () => plain(), { concurrency: 8 })
      assert.strictEqual((yield* plain()).errcode, 45009)
      // The test's clock begins at eight in the morning in Beijing.
      yield* TestClock.adjust("959 minutes")
      assert.strictEqual((yield* plain()).errcode, 45009)
      yield* TestClock.adjust("1 minutes")
      assert.isString((yield* plain()).access_token)
      const verified = yield* stage()
      const quota = yield* call(
        `${verified.url}/cgi-bin/openapi/quota/get?access_token=${(yield* verified.stable()).access_token}`,
        { cgi_path: "/cgi-bin/token" }
      )
      assert.include(JSON.stringify(quota), `"daily_limit":2000`)
      assert.isString((yield* stable()).access_token)
    }).pipe(Effect.scoped)
  )

  it.effect("limits: stable_token 10 000/min (45011)", () =>
    Effect.gen(function* () {
      const { platform, stable } = yield* stage()
      // Counted where calls are let in; so many over HTTP would only take time.
      for (let count = 0; count < 10_000 - 1; count++) yield* platform.account.admit("/cgi-bin/stable_token")
      assert.isString((yield* stable()).access_token)
      assert.strictEqual((yield* stable()).errcode, 45011)
      yield* TestClock.adjust("1 minutes")
      assert.isString((yield* stable()).access_token)
    }).pipe(Effect.scoped)
  )

  it.effect("force_refresh:true kills the old token, ≤ 20/day and ≥ 30 s apart", () =>
    Effect.gen(function* () {
      const { stable, verdict } = yield* stage()
      const first = yield* stable()
      const forced = yield* stable({ force_refresh: true })
      assert.deepStrictEqual(
        [yield* verdict(first.access_token), yield* verdict(forced.access_token)],
        [40001, 0]
      )
      yield* TestClock.adjust("29 seconds")
      assert.strictEqual((yield* stable({ force_refresh: true })).errcode, 45011)
      for (let count = 2; count <= 20; count++) {
        yield* TestClock.adjust("30 seconds")
        assert.isUndefined((yield* stable({ force_refresh: true })).errcode)
      }
      yield* TestClock.adjust("30 seconds")
      assert.strictEqual((yield* stable({ force_refresh: true })).errcode, 45009)
    }).pipe(Effect.scoped)
  )

  it.effect("relation: the two APIs' tokens are isolated, neither invalidates the other", () =>
    Effect.gen(function* () {
      const { plain, stable, verdict } = yield* stage()
      const [one, two] = [yield* plain(), yield* stable()]
      yield* plain()
      yield* TestClock.adjust("301 seconds")
      assert.deepStrictEqual([yield* verdict(one.access_token), yield* verdict(two.access_token)], [40001, 0])
      const three = yield* plain()
      yield* stable({ force_refresh: true })
      assert.deepStrictEqual(
        [yield* verdict(three.access_token), yield* verdict(two.access_token)],
        [0, 40001]
      )
    }).pipe(Effect.scoped)
  )

  it.effect("expires_in ≤ 7200; reserve ≥ 512 characters", () =>
    Effect.gen(function* () {
      const { plain, stable } = yield* stage()
      for (const answer of [yield* plain(), yield* stable()]) {
        assert.strictEqual(answer.expires_in, 7200)
        assert.isAtLeast(answer.access_token?.length ?? 0, 512)
      }
    }).pipe(Effect.scoped)
  )

  it.effect("errors come as HTTP 200 with errcode and errmsg, which ends in a rid", () =>
    Effect.gen(function* () {
      const { stable } = yield* stage()
      const { errmsg } = yield* stable({ appid: "wxother" })
      assert.match(String(errmsg), /^invalid appid rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$/)
    }).pipe(Effect.scoped)
  )

  it.effect(
    "codes: 40001, 40014, 42001, 41001 for a token; 40013, 40125, 41002, 41004, 40002, 43001, 43002 for a token call",
    () =>
      Effect.gen(function* () {
        const { platform, url, plain, stable, verdict } = yield* stage()
        const { access_token: token } = yield* stable()
        assert.deepStrictEqual(
          [yield* verdict(""), yield* verdict("foreign"), yield* verdict("a%20b")],
          [41001, 40001, 40014]
        )
        yield* TestClock.adjust("2 hours")
        assert.strictEqual(yield* verdict(token), 42001)
        const { access_token: revoked } = yield* stable()
        yield* platform.account.revokeTokens
        assert.strictEqual(yield* verdict(revoked), 40001)
        for (const ask of [plain, stable]) {
          assert.strictEqual((yield* ask({ appid: "wxother" })).errcode, 40013)
          assert.strictEqual((yield* ask({ secret: "wrong" })).errcode, 40125)
          assert.strictEqual((yield* ask({ appid: "" })).errcode, 41002)
          assert.strictEqual((yield* ask({ secret: "" })).errcode, 41004)
          assert.strictEqual((yield* ask({ grant_type: "x" })).errcode, 40002)
        }
        assert.strictEqual((yield* call(`${url}/cgi-bin/token`, "")).errcode, 43001)
        assert.strictEqual((yield* call(`${url}/cgi-bin/stable_token`)).errcode, 43002)
      }).pipe(Effect.scoped)
  )
})
