/** Links: for one person, one page and a while; forged and spoiled ones open nothing. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted, Schema } from "effect"
import { TestClock } from "effect/testing"
import { linkedPages, linkParameter, Links } from "../../src/campus/links.ts"
import { LinkSecret } from "../../src/chat/secret-keys.ts"
import { Openid } from "../../src/core/openid.ts"

const someone = Openid.make("oABCDEFGHIJKLMNOPQRSTUVWXYZ1")
const publicUrl = "https://chat.example.edu"
const linksWith = (secret: string | undefined) =>
  Layer.provide(
    Links.layer({ publicUrl }),
    secret === undefined ? Layer.empty : Layer.succeed(LinkSecret, Redacted.make(secret))
  )

const sealedIn = (address: string) => new URL(address).searchParams.get(linkParameter) ?? ""
const newLink = Links.use((links) => Effect.map(links.to("bind", someone), sealedIn))
const open = (sealed: string) => Links.use((links) => links.open("bind", sealed))
const refusal = (sealed: string) => Effect.map(Effect.flip(open(sealed)), ({ _tag }) => _tag)

describe("links", () => {
  it.effect("lead to the page, hide the person, and give them back to us", () =>
    Effect.gen(function* () {
      const links = yield* Links
      const address = yield* links.to("bind", someone)
      assert.isTrue(address.startsWith(`${publicUrl}${linkedPages.bind.path}?${linkParameter}=`))
      const sealed = sealedIn(address)
      for (const form of [sealed, Buffer.from(sealed, "base64url").toString("latin1")]) {
        assert.notInclude(form, someone.slice(1, 9))
      }
      assert.strictEqual((yield* open(sealed)).openid, someone)
    }).pipe(Effect.provide(linksWith("secret")))
  )

  it.effect("are different each time, also for one person at one moment", () =>
    Effect.gen(function* () {
      const [one, two] = [yield* newLink, yield* newLink]
      assert.notStrictEqual(one, two)
      assert.notStrictEqual((yield* open(one)).id, (yield* open(two)).id)
    }).pipe(Effect.provide(linksWith("secret")))
  )

  it.effect("open until their time is up, and not a moment longer", () =>
    Effect.gen(function* () {
      const link = yield* newLink
      yield* TestClock.adjust(linkedPages.bind.lifetimeMillis - 1)
      yield* open(link)
      yield* TestClock.adjust(1)
      assert.strictEqual(yield* refusal(link), "LinkExpired")
    }).pipe(Effect.provide(linksWith("secret")))
  )

  it.effect("open on every server with the secret, and on no other", () =>
    Effect.gen(function* () {
      const link = yield* newLink
      yield* open(link).pipe(Effect.provide(Layer.fresh(linksWith("secret"))))
      for (const other of ["Secret", undefined]) {
        assert.strictEqual(yield* refusal(link).pipe(Effect.provide(linksWith(other))), "LinkSpoiled")
      }
    }).pipe(Effect.provide(linksWith("secret")))
  )

  it.effect("with any one character changed, left out or added open nothing", () =>
    Effect.gen(function* () {
      const link = yield* newLink
      const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_="
      for (let at = 0; at <= link.length; at += 1) {
        const [before, after] = [link.slice(0, at), link.slice(at + 1)]
        const changed = Array.from(alphabet, (character) => before + character + after)
        for (const spoiled of [...changed, before + after, `${before}A${link.slice(at)}`]) {
          if (spoiled !== link) assert.strictEqual(yield* refusal(spoiled), "LinkSpoiled", spoiled)
        }
      }
    }).pipe(Effect.provide(linksWith("secret")))
  )

  it.effect.prop("nothing that is none opens", { text: Schema.String }, ({ text }) =>
    Effect.gen(function* () {
      assert.strictEqual(yield* refusal(text), "LinkSpoiled")
      assert.strictEqual(yield* refusal(Buffer.from(text).toString("base64url")), "LinkSpoiled")
    }).pipe(Effect.provide(linksWith("secret")))
  )
})
