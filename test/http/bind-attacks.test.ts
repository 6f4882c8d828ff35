/** What somebody may try against the binding page. */
import { assert, describe, it } from "@effect/vitest"
import { Context, Deferred, Effect } from "effect"
import { TestClock } from "effect/testing"
import { mostTries } from "../../src/campus/binding-attempts.ts"
import { Bindings } from "../../src/campus/bindings.ts"
import { linkedPages, linkParameter } from "../../src/campus/links.ts"
import { bindingPage, bindingProblems } from "../../src/core/binding-wording.ts"
import { Openid } from "../../src/core/openid.ts"
import { uuid } from "../campus/fake-gateway.ts"
import { another, bindStage, goodCard, type Shown, someone } from "./bind-stage.ts"

const guesses = 1_000
const guessing = { concurrency: 25 } as const

const isDone = ({ body }: Shown) => body.includes(bindingPage.doneLead)

describe("guessing a password", () => {
  it.effect(
    "1,000 guesses at once with one link: five reach the school, and not even the right one does later",
    () =>
      Effect.gen(function* () {
        const stage = yield* bindStage
        const { sealed } = yield* stage.newLink()
        const answers = yield* Effect.forEach(
          Array.from({ length: guesses }, (_, guess) => ({ ...goodCard, password: `guess${guess}` })),
          (card) => stage.submit(sealed, card),
          guessing
        )
        assert.strictEqual(stage.gateway.asked.length, mostTries.link)
        assert.strictEqual(answers.filter(({ status }) => status === 422).length, mostTries.link)
        assert.strictEqual(answers.filter(({ status }) => status === 429).length, guesses - mostTries.link)
        const late = yield* stage.submit(sealed, goodCard)
        assert.include(late.body, bindingProblems.tooManyTries)
        assert.isUndefined(yield* stage.uuidOf(someone))
      })
  )

  it.effect("new links do not help one person", () =>
    Effect.gen(function* () {
      const stage = yield* bindStage
      for (let guess = 0; guess < 2 * mostTries.person; guess += 1) {
        const { sealed } = yield* stage.newLink()
        // Each on another card, so that only the person is counted.
        yield* stage.submit(sealed, { cardNumber: `card${guess}`, password: "guess" })
      }
      assert.strictEqual(stage.gateway.asked.length, mostTries.person)
      assert.isTrue(isDone(yield* stage.submit((yield* stage.newLink(another)).sealed, goodCard)))
    })
  )

  it.effect(
    "many persons together do not get further with one card, and its owner can bind an hour later",
    () =>
      Effect.gen(function* () {
        const stage = yield* bindStage
        for (let guess = 0; guess < 2 * mostTries.card; guess += 1) {
          const { sealed } = yield* stage.newLink(Openid.make(`oGuesser${guess}`))
          yield* stage.submit(sealed, { ...goodCard, password: `guess${guess}` })
        }
        assert.strictEqual(stage.gateway.asked.length, mostTries.card)
        yield* TestClock.adjust("1 hour")
        assert.isTrue(isDone(yield* stage.submit((yield* stage.newLink()).sealed, goodCard)))
      })
  )
})

describe("links", () => {
  it.effect("forged and spoiled ones bind and delete nothing, and do not reach the school", () =>
    Effect.gen(function* () {
      const stage = yield* bindStage
      yield* stage.submit((yield* stage.newLink()).sealed, goodCard)
      const askedBefore = stage.gateway.asked.length
      const { sealed } = yield* stage.newLink()
      const flipped = sealed.replace(/^./u, (first) => (first === "A" ? "B" : "A"))
      for (const forged of ["", "x", flipped, sealed.slice(1), `${sealed}A`, someone, sealed.toUpperCase()]) {
        assert.strictEqual((yield* stage.submit(forged, goodCard)).status, 400)
        assert.strictEqual((yield* stage.unbind(forged)).status, 400)
      }
      assert.strictEqual(stage.gateway.asked.length, askedBefore)
      assert.strictEqual(yield* stage.uuidOf(someone), uuid)
    })
  )

  it.effect("one that ran out while the page was open binds and deletes nothing", () =>
    Effect.gen(function* () {
      const stage = yield* bindStage
      const { sealed } = yield* stage.newLink()
      yield* TestClock.adjust(linkedPages.bind.lifetimeMillis)
      assert.strictEqual((yield* stage.submit(sealed, goodCard)).status, 410)
      assert.strictEqual((yield* stage.unbind(sealed)).status, 410)
      assert.deepStrictEqual(stage.gateway.asked, [])
    })
  )

  it.effect(
    "of whom was forgotten, also while the school is asked, bind nothing; later ones and others' do",
    () =>
      Effect.gen(function* () {
        const stage = yield* bindStage
        const bindings = Context.get(stage.context, Bindings)
        const { sealed } = yield* stage.newLink()
        const { sealed: others } = yield* stage.newLink(another)
        const { sealed: underWay } = yield* stage.newLink()
        const atSchool = yield* Deferred.make<void>()
        const runFork = Effect.runForkWith(yield* Effect.context<never>())
        stage.gateway.answer = () => {
          runFork(Effect.andThen(bindings.forget(someone), Deferred.succeed(atSchool, undefined)))
          return { body: uuid, after: 200 }
        }
        const [late] = yield* Effect.all([stage.submit(underWay, goodCard), Deferred.await(atSchool)], {
          concurrency: "unbounded"
        })
        assert.strictEqual(late.status, 410)
        assert.strictEqual((yield* stage.submit(sealed, goodCard)).status, 410)
        assert.strictEqual((yield* stage.unbind(sealed)).status, 410)
        assert.strictEqual(stage.gateway.asked.length, 1)
        assert.isUndefined(yield* stage.uuidOf(someone))
        stage.gateway.answer = () => ({ body: uuid })
        assert.isTrue(isDone(yield* stage.submit(others, goodCard)))
        assert.isTrue(isDone(yield* stage.submit((yield* stage.newLink()).sealed, goodCard)))
      })
  )

  it.effect("used and void ones stay so when memcached is emptied", () =>
    Effect.gen(function* () {
      const stage = yield* bindStage
      const { sealed: used } = yield* stage.newLink()
      assert.isTrue(isDone(yield* stage.submit(used, goodCard)))
      const { sealed: voided } = yield* stage.newLink()
      yield* Context.get(stage.context, Bindings).forget(someone)
      stage.memcached.flush()
      for (const sealed of [used, voided]) {
        const page = yield* stage.submit(sealed, goodCard)
        assert.strictEqual(page.status, 410)
        assert.include(page.body, bindingProblems.linkUsed)
      }
      assert.isUndefined(yield* stage.uuidOf(someone))
    })
  )

  it.effect("sent again it binds nothing: not in a row, and not many at once", () =>
    Effect.gen(function* () {
      const stage = yield* bindStage
      const { sealed } = yield* stage.newLink()
      // Slow enough for all of them to be at the school at once.
      stage.gateway.answer = () => ({ body: uuid, after: 100 })
      const answers = yield* Effect.all(
        Array.from({ length: mostTries.link }, () => stage.submit(sealed, goodCard)),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(answers.filter(isDone).length, 1)
      const replayed = yield* stage.submit(sealed, { ...goodCard, cardNumber: "213139999" })
      assert.strictEqual(replayed.status, 410)
      assert.include(replayed.body, bindingProblems.linkUsed)
      assert.strictEqual((yield* stage.unbind(sealed)).status, 410)
      assert.strictEqual(yield* stage.uuidOf(someone), uuid)
      assert.strictEqual(stage.pushed.length, 1)
    })
  )
})

describe("forms from elsewhere", () => {
  const elsewhere: ReadonlyArray<Readonly<Record<string, string>>> = [
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { "sec-fetch-site": "cross-site", origin: "null" },
    { origin: "https://evil.example" },
    { origin: "http://127.0.0.1:1" }
  ]

  it.effect.each(elsewhere)("%j binds nothing", (headers) =>
    Effect.gen(function* () {
      const stage = yield* bindStage
      const { sealed } = yield* stage.newLink()
      const page = yield* stage.submit(sealed, goodCard, headers)
      assert.strictEqual(page.status, 403)
      assert.include(page.body, bindingProblems.otherSite)
      assert.deepStrictEqual(stage.gateway.asked, [])
    })
  )

  it.effect("our own page's is taken, whatever a browser says of it", () =>
    Effect.gen(function* () {
      const stage = yield* bindStage
      const own: ReadonlyArray<Readonly<Record<string, string>>> = [
        { "sec-fetch-site": "same-origin", origin: "null" },
        { origin: "null" },
        { origin: stage.publicUrl },
        {}
      ]
      for (const headers of own) {
        assert.isTrue(isDone(yield* stage.submit((yield* stage.newLink()).sealed, goodCard, headers)))
      }
    })
  )
})

describe("odd requests", () => {
  it.effect("other methods, other bodies and huge ones change nothing and get an answer", () =>
    Effect.gen(function* () {
      const stage = yield* bindStage
      const { sealed } = yield* stage.newLink()
      const url = `${stage.publicUrl}/bind`
      const form = new URLSearchParams({ [linkParameter]: sealed, ...goodCard }).toString()
      for (const method of ["PUT", "DELETE", "PATCH"]) {
        assert.strictEqual((yield* stage.request(url, { method, body: form })).status, 405)
      }
      for (const init of [
        { body: form, headers: { "content-type": "text/plain" } },
        { body: JSON.stringify(goodCard), headers: { "content-type": "application/json" } },
        {
          body: `${form}&more=${"x".repeat(70_000)}`,
          headers: { "content-type": "application/x-www-form-urlencoded" }
        }
      ]) {
        const page = yield* stage.request(url, { method: "POST", ...init })
        assert.strictEqual(page.status, 400)
        assert.include(page.body, bindingProblems.notUnderstood)
      }
      assert.deepStrictEqual(stage.gateway.asked, [])
    })
  )

  it.effect("what is typed comes back as text", () =>
    Effect.gen(function* () {
      const stage = yield* bindStage
      const { sealed } = yield* stage.newLink()
      const cardNumber = `"><script>alert(1)</script>`
      const { body } = yield* stage.submit(sealed, { cardNumber, password: "x" })
      assert.notInclude(body, "<script>")
      assert.include(body, "&quot;&gt;&lt;script&gt;")
    })
  )
})
