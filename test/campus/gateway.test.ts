import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Redacted, Result } from "effect"
import { FetchHttpClient } from "effect/http"
import { CampusGateway } from "../../src/campus/gateway.ts"
import type { GatewayError } from "../../src/campus/gateway-exchange.ts"
import { type Answer, fakeGateway, type FakeGateway, good, uuid } from "./fake-gateway.ts"

const student = Redacted.make(uuid)
const card = { number: "213130001", password: Redacted.make("pass&word=密码") }

const clientOf = (gateway: FakeGateway, url = gateway.url) =>
  Effect.map(
    Layer.build(
      CampusGateway.layer({ gatewayUrl: url, appId: "app-1" }).pipe(Layer.provide(FetchHttpClient.layer))
    ),
    Context.get(CampusGateway)
  )

const outcomeOf = <A>(call: Effect.Effect<A, GatewayError>) =>
  Effect.map(Effect.result(call), (result) => {
    if (Result.isSuccess(result)) return "ok"
    return result.failure._tag === "GatewayFailed" ? result.failure.reason : result.failure._tag
  })

/** Everything that the contract knows a gateway to say, and more. */
const states: ReadonlyArray<readonly [string, Answer, string]> = [
  ["200", good("31", { rank: "88", remain: 12 }), "ok"],
  ["201 in the body", { body: { code: 201, content: "refresh" } }, "GatewayRefreshing"],
  ["201 as status", { status: 201, body: "" }, "GatewayRefreshing"],
  ["401 in the body", { body: { code: 401, content: "wrong" } }, "GatewayUnauthorised"],
  ["401 as a text", { body: { code: "401", content: "wrong" } }, "GatewayUnauthorised"],
  ["401 as status", { status: 401, body: "<h1>no</h1>" }, "GatewayUnauthorised"],
  [
    "401 as status, 200 in the body",
    { status: 401, body: { code: 200, content: "31" } },
    "GatewayUnauthorised"
  ],
  ["400", { body: { code: 400, content: "" } }, "request refused"],
  ["404", { status: 404, body: "" }, "request refused"],
  ["408 in the body", { body: { code: 408, content: "" } }, "timeout"],
  ["599 as status", { status: 599, body: "" }, "timeout"],
  ["500 in the body", { body: { code: 500, content: "" } }, "server error"],
  ["500 as status", { status: 500, body: "Traceback" }, "server error"],
  ["502 with a page", { status: 502, body: "<html>" }, "server error"],
  ["a page", { body: "<html>welcome</html>" }, "answer not understood"],
  ["half of an answer", { body: '{"code": 200, "content": "3' }, "answer not understood"],
  ["nothing", { body: "" }, "answer not understood"],
  ["another kind of content", good({ Mon: [] }), "answer not understood"],
  ["a redirect", { status: 302, headers: { location: "http://127.0.0.1:1/" } }, "answer not understood"],
  ["more than fits", good("1".repeat(2_000_000)), "answer not understood"],
  ["a cut line", { after: "cut" }, "network"],
  ["no answer", { after: "never" }, "timeout"]
]

describe("a call to the gateway", () => {
  it.live.each(states)("%s", ([, answer, outcome]) =>
    Effect.gen(function* () {
      const client = yield* clientOf(yield* fakeGateway(() => answer))
      assert.strictEqual(yield* outcomeOf(client.running(student)), outcome)
    })
  )

  it.live("a gateway that is gone", () =>
    Effect.gen(function* () {
      const client = yield* clientOf(yield* fakeGateway(() => good("1")), "http://127.0.0.1:1")
      assert.strictEqual(yield* outcomeOf(client.notices(student)), "network")
    })
  )

  it.live("is a form, posted to its path", () =>
    Effect.gen(function* () {
      const gateway = yield* fakeGateway(({ path }) =>
        path === "/uc/auth" ? { body: `${uuid}\n` } : good([])
      )
      const client = yield* clientOf(gateway)
      const signedIn = yield* client.signIn(card)
      assert.strictEqual(Redacted.value(signedIn), uuid)
      yield* Effect.ignore(client.freeRooms(signedIn, { date: "2026-11-24", from: 3, to: 5 }))
      yield* client.books(signedIn)
      const [auth, rooms] = gateway.asked
      assert.deepStrictEqual(Object.fromEntries(auth?.form ?? []), {
        appid: "app-1",
        user: card.number,
        password: Redacted.value(card.password)
      })
      assert.strictEqual(auth?.method, "POST")
      assert.match(auth?.contentType ?? "", /^application\/x-www-form-urlencoded/)
      assert.strictEqual(rooms?.path, "/api/newemptyroom")
      assert.include(Object.fromEntries(rooms?.form ?? []), {
        uuid,
        date: "2026-11-24",
        startSequence: "3",
        endSequence: "5"
      })
    })
  )

  it.live.each([
    ["an empty body", { body: "" }, "GatewayUnauthorised"],
    ["401", { status: 401 }, "GatewayUnauthorised"],
    ["a page", { body: "<html>maintenance</html>" }, "answer not understood"]
  ] as const)("a sign-in answered by %s", ([, answer, outcome]) =>
    Effect.gen(function* () {
      const client = yield* clientOf(yield* fakeGateway(() => answer))
      assert.strictEqual(yield* outcomeOf(client.signIn(card)), outcome)
    })
  )

  it.live("nothing secret in an error", () =>
    Effect.gen(function* () {
      const client = yield* clientOf(yield* fakeGateway(() => ({ status: 500, body: uuid })))
      const error = yield* Effect.flip(client.signIn(card))
      for (const secret of [uuid, card.number, Redacted.value(card.password)])
        assert.notInclude(`${error.message} ${JSON.stringify(error)} ${String(error)}`, secret)
    })
  )

  it.live("that failed again and again rests, and the other calls do not", () =>
    Effect.gen(function* () {
      const gateway = yield* fakeGateway(({ path }) => (path === "/api/pe" ? { status: 500 } : good([])))
      const client = yield* clientOf(gateway)
      for (let nth = 0; nth < 30; nth += 1) yield* Effect.ignore(client.running(student))
      assert.strictEqual(yield* outcomeOf(client.running(student)), "resting")
      assert.isBelow(gateway.askedAt("/api/pe").length, 10)
      assert.strictEqual(yield* outcomeOf(client.books(student)), "ok")
    })
  )
})
