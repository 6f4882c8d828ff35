import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import {
  checkToken,
  currentStable,
  emptyDesk,
  forceStable,
  issueStable,
  issueToken,
  tokenName
} from "../../src/simulator/token-desk.ts"

const second = 1000
const verdict = (...[desk, value, at]: Parameters<typeof checkToken>) => {
  const checked = checkToken(desk, value, at)
  return Result.isFailure(checked) ? checked.failure.errcode : 0
}

describe("access tokens (protocol notes 5)", () => {
  it.effect("are longer than the 512 characters that WeChat asks to reserve", () =>
    Effect.gen(function* () {
      assert.isAtLeast((yield* tokenName).length, 512)
    })
  )

  it("token: each call issues a new one, the old one dies after five minutes", () => {
    const desk = issueToken(issueToken(emptyDesk, "old", 0), "new", 1000 * second)
    assert.strictEqual(verdict(desk, "old", 1299 * second), 0)
    assert.strictEqual(verdict(desk, "old", 1300 * second), 40001)
    assert.strictEqual(verdict(desk, "new", 1000 * second + 7199 * second), 0)
    assert.strictEqual(verdict(desk, "new", 1000 * second + 7200 * second), 42001)
  })

  it("stable_token: the same until five minutes before its end; then both live", () => {
    const desk = issueStable(emptyDesk, "first", 0)
    assert.strictEqual(currentStable(desk, 6899 * second)?.value, "first")
    assert.isUndefined(currentStable(desk, 6900 * second))
    const renewed = issueStable(desk, "second", 6900 * second)
    assert.strictEqual(verdict(renewed, "first", 7199 * second), 0)
    assert.strictEqual(verdict(renewed, "second", 7199 * second), 0)
    assert.strictEqual(verdict(renewed, "first", 7200 * second), 42001)
  })

  it("the two calls' tokens are isolated", () => {
    let desk = issueToken(issueStable(emptyDesk, "stable", 0), "plain", 0)
    desk = issueToken(desk, "plain2", 0)
    assert.strictEqual(verdict(desk, "stable", 3600 * second), 0)
    desk = Result.getOrThrow(forceStable(desk, "stable2", 0))
    assert.strictEqual(verdict(desk, "plain2", 3600 * second), 0)
  })

  it("force_refresh ends the old token at once, 30 s apart, 20 times a day", () => {
    let desk = Result.getOrThrow(forceStable(issueStable(emptyDesk, "t", 0), "t0", 0))
    assert.strictEqual(verdict(desk, "t", 0), 40001)
    const tooSoon = forceStable(desk, "t1", 29_999)
    assert.strictEqual(Result.isFailure(tooSoon) ? tooSoon.failure.errcode : 0, 45011)
    for (let count = 1; count < 20; count++) {
      desk = Result.getOrThrow(forceStable(desk, `t${count}`, count * 30 * second))
    }
    const tooMany = forceStable(desk, "t20", 3600 * second)
    assert.strictEqual(Result.isFailure(tooMany) ? tooMany.failure.errcode : 0, 45009)
  })

  it("a token that is missing, malformed or foreign has its own errcode", () => {
    assert.strictEqual(verdict(emptyDesk, undefined, 0), 41001)
    assert.strictEqual(verdict(emptyDesk, "", 0), 41001)
    assert.strictEqual(verdict(emptyDesk, "with space", 0), 40014)
    assert.strictEqual(verdict(emptyDesk, "foreign", 0), 40001)
  })
})
