import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import {
  checkToken,
  currentStable,
  newIssuer,
  forceStable,
  issueStable,
  issueToken,
  tokenName
} from "../../src/simulator/token-issuer.ts"

const second = 1000
const verdict = (...[issuer, value, at]: Parameters<typeof checkToken>) => {
  const checked = checkToken(issuer, value, at)
  return Result.isFailure(checked) ? checked.failure.errcode : 0
}

describe("access tokens (protocol notes 5)", () => {
  it.effect("are longer than the 512 characters that WeChat asks to reserve", () =>
    Effect.gen(function* () {
      assert.isAtLeast((yield* tokenName).length, 512)
    })
  )

  it("token: each call issues a new one, the old one dies after five minutes", () => {
    const issuer = issueToken(issueToken(newIssuer, "old", 0), "new", 1000 * second)
    assert.strictEqual(verdict(issuer, "old", 1299 * second), 0)
    assert.strictEqual(verdict(issuer, "old", 1300 * second), 40001)
    assert.strictEqual(verdict(issuer, "new", 1000 * second + 7199 * second), 0)
    assert.strictEqual(verdict(issuer, "new", 1000 * second + 7200 * second), 42001)
  })

  it("stable_token: the same until five minutes before its end; then both live", () => {
    const issuer = issueStable(newIssuer, "first", 0)
    assert.strictEqual(currentStable(issuer, 6899 * second)?.value, "first")
    assert.isUndefined(currentStable(issuer, 6900 * second))
    const renewed = issueStable(issuer, "second", 6900 * second)
    assert.strictEqual(verdict(renewed, "first", 7199 * second), 0)
    assert.strictEqual(verdict(renewed, "second", 7199 * second), 0)
    assert.strictEqual(verdict(renewed, "first", 7200 * second), 42001)
  })

  it("the two calls' tokens are isolated", () => {
    let issuer = issueToken(issueStable(newIssuer, "stable", 0), "plain", 0)
    issuer = issueToken(issuer, "plain2", 0)
    assert.strictEqual(verdict(issuer, "stable", 3600 * second), 0)
    issuer = Result.getOrThrow(forceStable(issuer, "stable2", 0))
    assert.strictEqual(verdict(issuer, "plain2", 3600 * second), 0)
  })

  it("force_refresh ends the old token at once, 30 s apart, 20 times a day", () => {
    let issuer = Result.getOrThrow(forceStable(issueStable(newIssuer, "t", 0), "t0", 0))
    assert.strictEqual(verdict(issuer, "t", 0), 40001)
    const tooSoon = forceStable(issuer, "t1", 29_999)
    assert.strictEqual(Result.isFailure(tooSoon) ? tooSoon.failure.errcode : 0, 45011)
    for (let count = 1; count < 20; count++) {
      issuer = Result.getOrThrow(forceStable(issuer, `t${count}`, count * 30 * second))
    }
    const tooMany = forceStable(issuer, "t20", 3600 * second)
    assert.strictEqual(Result.isFailure(tooMany) ? tooMany.failure.errcode : 0, 45009)
  })

  it("a token that is missing, malformed or foreign has its own errcode", () => {
    assert.strictEqual(verdict(newIssuer, undefined, 0), 41001)
    assert.strictEqual(verdict(newIssuer, "", 0), 41001)
    assert.strictEqual(verdict(newIssuer, "with space", 0), 40014)
    assert.strictEqual(verdict(newIssuer, "foreign", 0), 40001)
  })
})
