import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { openaiFails, openaiSays, secretKey } from "../chatbot/bots-under-test.ts"
import { fakeBot } from "../chatbot/fake-bot.ts"
import { eventually } from "./eventually.ts"
import { stage } from "./stage.ts"

describe("telemetry", () => {
  it.live("traces and metrics reach a collector, and nothing about people does", () =>
    Effect.gen(function* () {
      const collector = yield* fakeBot(() => ({ body: {} }))
      const bot = yield* fakeBot((_question, nth) =>
        nth === 0 ? openaiSays("香蕉分你一半") : openaiFails(401)
      )
      const { person } = yield* stage({
        servers: 1,
        variables: {
          OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/`,
          OPENAI_BASE_URL: bot.url,
          OPENAI_API_KEY: secretKey,
          OPENAI_MODEL: "tiny"
        }
      })
      const [a, b] = [person(), person()]
      yield* a.says("调戏")
      yield* a.says("你好猴子")
      yield* a.says("还在吗")
      yield* a.presses("配对")
      yield* b.presses("配对")
      yield* a.says("只给你看的话")
      const sentTo = (path: string) => collector.questions.filter((question) => question.path === path)
      const sent = (path: string, words: string) =>
        sentTo(path).some(({ body }) => body.includes(words)) ? true : undefined
      yield* eventually("spans arrive", () => sent("/v1/traces", "chatbot"), 30_000)
      yield* eventually("the request's span", () => sent("/v1/traces", "http.response.status_code"), 30_000)
      yield* eventually("a message's span", () => sent("/v1/traces", '"/wechat"'), 30_000)
      yield* eventually("metrics arrive", () => sent("/v1/metrics", "messages_total"), 30_000)
      yield* eventually("pairs are counted", () => sent("/v1/metrics", "pairs_total"), 30_000)
      assert.isTrue(sent("/v1/traces", "xiaohou"))
      const everything = collector.questions.map(({ body }) => body).join("\n")
      const secrets = [a.openid, b.openid, secretKey, "signature=", "猴子", "香蕉", "还在吗", "只给你看"]
      for (const secret of secrets) assert.notInclude(everything, secret)
    }).pipe(Effect.scoped)
  )

  it.live("a collector that is not there changes nothing", () =>
    Effect.gen(function* () {
      const { person } = yield* stage({
        servers: 1,
        variables: { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" }
      })
      const answer = yield* person().says("帮助")
      assert.include(answer?.kind === "text" ? answer.text : "", "配对")
    }).pipe(Effect.scoped)
  )
})
