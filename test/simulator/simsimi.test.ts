import { createServer } from "node:http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, Redacted, Schema } from "effect"
import { HttpRouter, HttpServer } from "effect/http"
import { TestClock } from "effect/testing"
import { plainWords } from "../../src/chatbot/plain-words.ts"
import { companionAnswer } from "../../src/simulator/companion.ts"
import { simsimiRoutes, slowThoughtMillis } from "../../src/simulator/simsimi.ts"
import { simsimiAt, secretKey } from "../chatbot/bots-under-test.ts"

const standIn = Effect.map(
  Layer.build(
    HttpRouter.serve(simsimiRoutes(Redacted.make(secretKey)), {
      disableLogger: true,
      disableListenLog: true
    }).pipe(Layer.provideMerge(NodeHttpServer.layer(() => createServer(), { port: 0, host: "127.0.0.1" })))
  ),
  (context) => HttpServer.formatAddress(Context.get(context, HttpServer.HttpServer).address)
)

/** As SimSimi's documentation calls it. */
const talk = (url: string, body: unknown, key = secretKey) =>
  Effect.promise(async () => {
    const response = await fetch(`${url}/190410/talk`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-api-key": key },
      body: typeof body === "string" ? body : JSON.stringify(body)
    })
    return (await response.json()) as Readonly<Record<string, unknown>>
  })

describe("the stand-in for SimSimi", () => {
  it.effect("answers as the documentation says", () =>
    Effect.gen(function* () {
      const url = yield* standIn
      const answer = yield* talk(url, { utext: "你好", lang: "ch" })
      assert.deepInclude(answer, { status: 200, lang: "ch", request: { utext: "你好", lang: "ch" } })
      assert.strictEqual(answer["atext"], companionAnswer("你好"))
      assert.strictEqual((yield* talk(url, { utext: "你好", lang: "ch" }, "another"))["status"], 403)
      assert.strictEqual((yield* talk(url, { utext: "hello", lang: "en" }))["status"], 228)
      for (const wrong of ["", "[", {}, { lang: "ch" }, { utext: "长".repeat(101), lang: "ch" }]) {
        assert.strictEqual((yield* talk(url, wrong))["status"], 227)
      }
    })
  )

  it.effect("is understood by the real client, and thinks slowly when asked to", () =>
    Effect.gen(function* () {
      const simsimi = yield* simsimiAt(yield* standIn)
      assert.match(yield* simsimi.reply("讲个笑话", []), /^演示小猴：/u)
      const slow = yield* Effect.forkChild(simsimi.reply("慢慢想", []))
      // Real sockets beside a clock of our own: time moves on in small steps until the answer is there.
      let waitedMillis = 0
      while (slow.pollUnsafe() === undefined) {
        yield* TestClock.adjust(100)
        waitedMillis += 100
        yield* Effect.promise(() => new Promise<void>((done) => setImmediate(done)))
        if (waitedMillis > 11_000) break
      }
      assert.isAtLeast(waitedMillis, slowThoughtMillis)
      assert.match(yield* Fiber.join(slow), /^演示小猴：/u)
    })
  )
})

describe("the companion", () => {
  const known = [
    "你好",
    "你是谁",
    "讲个笑话",
    "考试",
    "作业",
    "吃什么",
    "笨",
    "再见",
    "谢谢",
    "难过",
    "香蕉？",
    "慢",
    "课表",
    "喜欢你"
  ]
  it.prop(
    "says the same to the same, its name first, and nothing that would not be shown",
    [Schema.Union([Schema.String, Schema.Literals(known)])],
    ([said]) => {
      const answer = companionAnswer(said)
      assert.strictEqual(companionAnswer(said), answer)
      assert.match(answer, /^演示小猴：.{4,}/su)
      if (known.includes(said)) assert.strictEqual(plainWords(answer), answer)
    }
  )

  it("has more than one thing to say", () => {
    assert.isAtLeast(new Set(known.map(companionAnswer)).size, known.length - 2)
  })
})
