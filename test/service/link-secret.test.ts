/** A LINK_SECRET that could be guessed is used, and the operator is told. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger, Redacted } from "effect"
import { linkSecretLayer } from "../../src/app.ts"
import { LinkSecret, linkSecretLeastCharacters } from "../../src/chat/secret-keys.ts"

/** The secret that a start uses, and the warnings it logs. */
const started = Effect.fnUntraced(function* (secret: string | undefined) {
  const logged: Array<string> = []
  const logger = Logger.make((entry) => void logged.push(Logger.formatJson.log(entry)))
  const linkSecret = secret === undefined ? undefined : Redacted.make(secret)
  const used = yield* Effect.provide(
    LinkSecret,
    Layer.provide(linkSecretLayer({ linkSecret }), Logger.layer([logger]))
  )
  return { used: Redacted.value(used), logged }
})

const long = "0123456789abcdef".repeat(2)

describe("LINK_SECRET", () => {
  it.effect.each(["§", "secret", long.slice(1)])(
    "%s works, with one warning that does not tell it",
    (secret) =>
      Effect.gen(function* () {
        const { used, logged } = yield* started(secret)
        assert.strictEqual(used, secret)
        assert.lengthOf(logged, 1)
        for (const words of ["WARN", "LINK_SECRET", `${linkSecretLeastCharacters} characters`]) {
          assert.include(logged[0], words)
        }
        assert.notInclude(logged[0], secret)
      })
  )

  it.effect("that is long enough is used without a word", () =>
    Effect.gen(function* () {
      assert.strictEqual(long.length, linkSecretLeastCharacters)
      assert.deepStrictEqual(yield* started(long), { used: long, logged: [] })
    })
  )

  it.effect("that is not set is made up, with a warning", () =>
    Effect.gen(function* () {
      const { used, logged } = yield* started(undefined)
      assert.isAtLeast(used.length, linkSecretLeastCharacters)
      assert.lengthOf(logged, 1)
    })
  )
})
