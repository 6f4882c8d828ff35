import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Schema } from "effect"
import { TestClock } from "effect/testing"
import { mostAnswerCharacters, thinkMillis } from "../../src/chatbot/bot-exchange.ts"
import type { ChatbotError } from "../../src/chatbot/chatbot.ts"
import {
  openaiAt,
  openaiFails,
  openaiSays,
  secretKey,
  simsimiAt,
  simsimiRefuses,
  simsimiSays
} from "./bots-under-test.ts"
import { type BotReply, fakeBot } from "./fake-bot.ts"

const kinds = [
  { name: "SimSimi", at: simsimiAt, says: simsimiSays },
  { name: "OpenAI", at: openaiAt, says: openaiSays }
]
const facts = (error: ChatbotError) =>
  "status" in error && error.status !== undefined ? `${error.reason} ${error.status}` : error.reason

/** A failure as it shows after the second try, whose pause passes at once. */
const failureOf = <A>(answer: Effect.Effect<A, ChatbotError>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(Effect.flip(answer))
    yield* Effect.forkChild(Effect.forever(Effect.andThen(TestClock.adjust(100), Effect.promise(soon))))
    return facts(yield* Fiber.join(fiber))
  })
const soon = () => new Promise<void>((done) => setImmediate(done))

describe("what is sent", () => {
  it.effect("to SimSimi: the text and simplified Chinese, with the key in its header", () =>
    Effect.gen(function* () {
      const bot = yield* fakeBot(() => simsimiSays("你好呀"))
      const simsimi = yield* simsimiAt(bot.url)
      assert.strictEqual(yield* simsimi.reply('你好 "😀"\n<b>', []), "你好呀")
      const [question] = bot.questions
      assert.strictEqual(`${question?.method} ${question?.path}`, "POST /190410/talk")
      assert.strictEqual(question?.headers["x-api-key"], secretKey)
      assert.match(question?.headers["content-type"] ?? "", /^application\/json/)
      assert.deepInclude(JSON.parse(question?.body ?? ""), { utext: '你好 "😀"\n<b>', lang: "ch" })
      assert.strictEqual(simsimi.mostCharacters, 100)
    })
  )

  it.effect("to a chat-completions server: who it is to be, the turns in order, the text", () =>
    Effect.gen(function* () {
      const bot = yield* fakeBot(() => openaiSays("在"))
      const openai = yield* openaiAt(bot.url)
      const turns = [
        { said: "一", answered: "二" },
        { said: "三", answered: "四" }
      ]
      assert.strictEqual(yield* openai.reply("五", turns), "在")
      const [question] = bot.questions
      assert.strictEqual(`${question?.method} ${question?.path}`, "POST /v1/chat/completions")
      assert.strictEqual(question?.headers.authorization, `Bearer ${secretKey}`)
      const asked = JSON.parse(question?.body ?? "") as {
        readonly model: string
        readonly messages: ReadonlyArray<{ readonly role: string; readonly content: string }>
      }
      assert.strictEqual(asked.model, "tiny")
      const [system, ...said] = asked.messages
      assert.strictEqual(system?.role, "system")
      assert.deepStrictEqual(
        said.map(({ role, content }) => `${role} ${content}`),
        ["user 一", "assistant 二", "user 三", "assistant 四", "user 五"]
      )
    })
  )

  it.effect("to a server without a key: none", () =>
    Effect.gen(function* () {
      const bot = yield* fakeBot(() => openaiSays("在"))
      yield* (yield* openaiAt(bot.url, false)).reply("在吗", [])
      assert.strictEqual(bot.questions[0]?.headers.authorization, undefined)
    })
  )

  it.effect.each(kinds)("to $name: no trace, and nothing to where it sends us", ({ at, says }) =>
    Effect.gen(function* () {
      const elsewhere = yield* fakeBot(() => says("这里"))
      const bot = yield* fakeBot(() => ({ status: 307, headers: { location: elsewhere.url } }))
      const chatbot = yield* at(bot.url)
      assert.strictEqual(yield* failureOf(Effect.withSpan(chatbot.reply("在吗", []), "test")), "network")
      assert.strictEqual(elsewhere.questions.length, 0)
      for (const { headers } of bot.questions) {
        assert.notProperty(headers, "traceparent")
        assert.notProperty(headers, "b3")
      }
    })
  )
})

describe("what comes back", () => {
  const refusals: ReadonlyArray<readonly [string, typeof simsimiAt, BotReply, string]> = [
    ["SimSimi has nothing to say", simsimiAt, simsimiRefuses(228), "nothing to say"],
    ["SimSimi misses a parameter", simsimiAt, simsimiRefuses(227), "bad request 227"],
    ["SimSimi refuses the key", simsimiAt, simsimiRefuses(403), "key 403"],
    ["a gateway refuses the key", simsimiAt, { status: 403, body: { message: "Forbidden" } }, "key 403"],
    ["SimSimi's limit", simsimiAt, simsimiRefuses(429), "limit 429"],
    ["SimSimi fails inside", simsimiAt, simsimiRefuses(500), "server error 500"],
    ["SimSimi without an answer", simsimiAt, { body: { status: 200 } }, "answer not understood 200"],
    ["the key is refused", openaiAt, openaiFails(401), "key 401"],
    ["the account is empty", openaiAt, openaiFails(402), "limit 402"],
    ["too many calls", openaiAt, openaiFails(429), "limit 429"],
    ["no such model", openaiAt, openaiFails(404), "bad request 404"],
    ["the model's safety filter", openaiAt, openaiSays("", "content_filter"), "content"],
    ["DeepSeek's", openaiAt, openaiFails(400, "Content Exists Risk"), "content"],
    ["Qwen's", openaiAt, { status: 400, body: { error: { code: "data_inspection_failed" } } }, "content"],
    ["no words", openaiAt, openaiSays(null), "nothing to say"],
    ["thoughts only", openaiAt, openaiSays("<think>嗯，"), "nothing to say"],
    ["no choices", openaiAt, { body: { choices: [] } }, "answer not understood 200"]
  ]
  it.effect.each(refusals)("%s", ([, at, reply, expected]) =>
    Effect.gen(function* () {
      const bot = yield* fakeBot(() => reply)
      assert.strictEqual(yield* failureOf((yield* at(bot.url)).reply("在吗", [])), expected)
      assert.strictEqual(bot.questions.length, 1)
    })
  )

  it.effect("thoughts are left out", () =>
    Effect.gen(function* () {
      const bot = yield* fakeBot(() => openaiSays("<think>\n他问好\n</think>\n\n你好！"))
      assert.strictEqual(yield* (yield* openaiAt(bot.url)).reply("你好", []), "你好！")
    })
  )

  const troubles: ReadonlyArray<readonly [BotReply, string, number]> = [
    [{ body: "<html>502</html>", status: 502 }, "server error 502", 2],
    [{ how: "cut" }, "network", 2],
    [{ body: { status: 200, atext: "你好".repeat(99) }, how: "half" }, "network", 2],
    [{ body: "<html>welcome</html>" }, "answer not understood 200", 1],
    [{ body: "" }, "answer not understood 200", 1],
    [{ body: "[1,2" }, "answer not understood 200", 1],
    [{ body: "null" }, "answer not understood 200", 1],
    [{ body: "x".repeat(mostAnswerCharacters + 1) }, "answer too large 200", 1]
  ]
  for (const { name, at } of kinds) {
    it.effect.each(troubles)(`${name}: trouble %#`, ([reply, expected, tries]) =>
      Effect.gen(function* () {
        const bot = yield* fakeBot(() => reply)
        assert.strictEqual(yield* failureOf((yield* at(bot.url)).reply("在吗", [])), expected)
        assert.strictEqual(bot.questions.length, tries)
      })
    )
  }

  it.effect.each(kinds)("$name: a second try helps", ({ at, says }) =>
    Effect.gen(function* () {
      const bot = yield* fakeBot((_question, nth) => (nth === 0 ? { status: 503 } : says("回来了")))
      const chatbot = yield* at(bot.url)
      const fiber = yield* Effect.forkChild(chatbot.reply("在吗", []))
      yield* Effect.forkChild(Effect.forever(Effect.andThen(TestClock.adjust(100), Effect.promise(soon))))
      assert.strictEqual(yield* Fiber.join(fiber), "回来了")
    })
  )

  it.effect.each(kinds)("$name: who never answers is given up in time", ({ at }) =>
    Effect.gen(function* () {
      const bot = yield* fakeBot(() => ({ how: "never" }))
      const chatbot = yield* at(bot.url)
      const fiber = yield* Effect.forkChild(Effect.flip(chatbot.reply("在吗", [])))
      yield* Effect.promise(() => bot.asked(1))
      yield* TestClock.adjust(thinkMillis - 1)
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust(1)
      assert.strictEqual((yield* Fiber.join(fiber)).reason, "timeout")
    })
  )

  it.effect.prop(
    "whatever a server sends, it is an answer or a typed failure without the key",
    [anyReply()],
    ([reply]) =>
      Effect.gen(function* () {
        for (const { at } of kinds) {
          const bot = yield* fakeBot(() => reply)
          const result = yield* Effect.result((yield* at(bot.url)).reply("在吗", []))
          if (result._tag === "Success") assert.isString(result.success)
          else assert.notInclude(`${result.failure.message}${JSON.stringify(result.failure)}`, secretKey)
        }
      }).pipe(Effect.scoped)
  )
})

/** JSON of the shapes that are expected, with values that are not; statuses that are not tried again. */
function anyReply() {
  const value = Schema.Union([Schema.String, Schema.Finite, Schema.Null, Schema.Array(Schema.String)])
  return Schema.Struct({
    status: Schema.Literals([200, 201, 204, 400, 404, 418]),
    body: Schema.Struct({
      status: Schema.optionalKey(value),
      atext: Schema.optionalKey(value),
      choices: Schema.optionalKey(
        Schema.Union([
          value,
          Schema.Array(Schema.Struct({ message: Schema.Union([value, Schema.Struct({ content: value })]) }))
        ])
      )
    })
  })
}
