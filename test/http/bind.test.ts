/** The binding page over real HTTP: what each answer of the school, and each link, comes to. */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Context, Effect } from "effect"
import { TestClock } from "effect/testing"
import { linkedPages } from "../../src/campus/links.ts"
import { bindingPage, type BindingProblem, bindingProblems } from "../../src/core/binding-wording.ts"
import { word } from "../../src/core/wording.ts"
import { Database } from "../../src/database/database.ts"
import { bindingFields } from "../../src/http/bind-views.ts"
import { type Answer, uuid } from "../campus/fake-gateway.ts"
import { another, bindStage, goodCard, type Shown, someone } from "./bind-stage.ts"

const says = (shown: Shown, problem: BindingProblem, status: number) => {
  assert.strictEqual(shown.status, status)
  for (const [name, sentence] of Object.entries(bindingProblems)) {
    assert.strictEqual(shown.body.includes(sentence), name === problem, `${problem}: ${name}`)
  }
}

const isDone = (shown: Shown) => {
  assert.strictEqual(shown.status, 200)
  assert.include(shown.body, bindingPage.doneLead)
}

const unbindButton = `value="${bindingFields.unbind}"`

const hasForm = (shown: Shown): boolean => shown.body.includes("<form")

describe("GET /bind", () => {
  it.effect("one form that posts, one password field and before it one text field", () =>
    Effect.gen(function* () {
      const stage = yield* bindStage
      const { address, sealed } = yield* stage.newLink()
      const page = yield* stage.request(address)
      assert.strictEqual(page.status, 200)
      assert.strictEqual(page.body.match(/<form[^>]*method="post"/gu)?.length, 1)
      const kinds = [...page.body.matchAll(/<input[^>]*type="([^"]+)"/gu)].map(([, kind]) => kind)
      assert.deepStrictEqual(kinds, ["hidden", "text", "password"])
      assert.include(page.body, sealed)
      assert.notInclude(page.body, unbindButton)
    })
  )

  it.effect("a missing, spoiled, expired or used link is a sentence without a form", () =>
    Effect.gen(function* () {
      const stage = yield* bindStage
      const { address, sealed } = yield* stage.newLink()
      for (const query of ["", "?link=", "?link=abc", `?link=${sealed.slice(0, -1)}`, `?other=${sealed}`]) {
        const page = yield* stage.request(`${stage.publicUrl}/bind${query}`)
        says(page, "linkSpoiled", 400)
        assert.isFalse(hasForm(page))
      }
      isDone(yield* stage.submit(sealed, goodCard))
      says(yield* stage.request(address), "linkUsed", 410)
      const { address: old } = yield* stage.newLink()
      yield* TestClock.adjust(linkedPages.bind.lifetimeMillis)
      says(yield* stage.request(old), "linkExpired", 410)
    })
  )

  it.effect("forbids everything that it does not need, and is kept nowhere", () =>
    Effect.gen(function* () {
      const stage = yield* bindStage
      const { address } = yield* stage.newLink()
      for (const url of [address, `${stage.publicUrl}/bind`]) {
        const { headers, body } = yield* stage.request(url)
        const policy = headers.get("content-security-policy") ?? ""
        for (const rule of [
          "default-src 'none'",
          "frame-ancestors 'none'",
          "form-action 'self'",
          "base-uri 'none'"
        ]) {
          assert.include(policy, rule)
        }
        assert.notMatch(policy, /unsafe|https?:/u)
        assert.strictEqual(headers.get("cache-control"), "no-store")
        assert.strictEqual(headers.get("referrer-policy"), "no-referrer")
        assert.strictEqual(headers.get("x-frame-options"), "DENY")
        assert.notMatch(body, /<script|\son\w+=|https?:\/\//iu)
      }
    })
  )
})

describe("POST /bind", () => {
  it.effect(
    "binds, keeps the uuid, when the link was made and nothing else, tells the person, and fetches the timetable",
    () =>
      Effect.gen(function* () {
        const stage = yield* bindStage
        const madeAtMillis = yield* Clock.currentTimeMillis
        const { sealed } = yield* stage.newLink()
        yield* TestClock.adjust("1 minute")
        isDone(yield* stage.submit(sealed, { ...goodCard, cardNumber: ` ${goodCard.cardNumber} ` }))
        assert.strictEqual(yield* stage.uuidOf(someone), uuid)
        assert.deepStrictEqual(stage.campusHeard, ["更新课表"])
        assert.strictEqual(stage.pushed.length, 1)
        assert.include(stage.pushed[0], word({ _tag: "Bound" }))
        assert.strictEqual(stage.gateway.asked.length, 1)
        const rows = yield* Context.get(stage.context, Database).use((sql) => sql`SELECT * FROM bindings`)
        assert.deepStrictEqual(
          rows.map((row) => ({ ...row })),
          [{ openid: someone, uuid, at: madeAtMillis }]
        )
      })
  )

  const states: ReadonlyArray<readonly [string, Answer, BindingProblem, number]> = [
    ["a wrong password", { status: 401 }, "wrongCard", 422],
    ["an empty answer, which means the same", { body: "" }, "wrongCard", 422],
    ["201", { body: { code: 201 } }, "schoolPreparing", 503],
    ["500", { status: 500 }, "schoolSilent", 503],
    ["garbage", { body: "<h1>login</h1>" }, "schoolSilent", 503],
    ["a connection that is cut", { after: "cut" }, "schoolSilent", 503]
  ]

  it.effect.each(states)(
    "%s of the school: its own sentence, nothing kept, and the form again",
    ([, answer, problem, status]) =>
      Effect.gen(function* () {
        const stage = yield* bindStage
        stage.gateway.answer = () => answer
        const { sealed } = yield* stage.newLink()
        const page = yield* stage.submit(sealed, goodCard)
        says(page, problem, status)
        assert.isTrue(hasForm(page))
        assert.include(page.body, `value="${goodCard.cardNumber}"`)
        assert.notInclude(page.body, "word=密码")
        assert.isUndefined(yield* stage.uuidOf(someone))
        assert.deepStrictEqual(stage.pushed, [])
        stage.gateway.answer = () => ({ body: uuid })
        isDone(yield* stage.submit(sealed, goodCard))
      })
  )

  it.effect("what is not filled in, or far too long, does not reach the school", () =>
    Effect.gen(function* () {
      const stage = yield* bindStage
      const { sealed } = yield* stage.newLink()
      const long = "x".repeat(1_000)
      for (const card of [
        {},
        { cardNumber: "1" },
        { password: "x" },
        { cardNumber: " ", password: "x" },
        { cardNumber: long, password: "x" },
        { cardNumber: "1", password: long }
      ]) {
        says(yield* stage.submit(sealed, card), "notFilledIn", 422)
      }
      assert.deepStrictEqual(stage.gateway.asked, [])
    })
  )

  it.effect("binding again replaces", () =>
    Effect.gen(function* () {
      const stage = yield* bindStage
      isDone(yield* stage.submit((yield* stage.newLink()).sealed, goodCard))
      stage.gateway.answer = () => ({ body: "another-uuid" })
      const { address, sealed } = yield* stage.newLink()
      assert.include((yield* stage.request(address)).body, bindingPage.alreadyBound)
      isDone(yield* stage.submit(sealed, goodCard))
      assert.strictEqual(yield* stage.uuidOf(someone), "another-uuid")
    })
  )

  it.effect("the second button deletes, needs no password, and touches nobody else", () =>
    Effect.gen(function* () {
      const stage = yield* bindStage
      isDone(yield* stage.submit((yield* stage.newLink()).sealed, goodCard))
      isDone(yield* stage.submit((yield* stage.newLink(another)).sealed, goodCard))
      const { address, sealed } = yield* stage.newLink()
      assert.include((yield* stage.request(address)).body, unbindButton)
      const page = yield* stage.unbind(sealed)
      assert.strictEqual(page.status, 200)
      assert.include(page.body, bindingPage.undoneLead)
      assert.isUndefined(yield* stage.uuidOf(someone))
      assert.strictEqual(yield* stage.uuidOf(another), uuid)
      assert.include(stage.campusHeard, "forget")
    })
  )
})
