import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { openaiSays, secretKey } from "../chatbot/bots-under-test.ts"
import { fakeBot, type Question } from "../chatbot/fake-bot.ts"
import { shown, nextMsgId } from "./callback.ts"
import { eventually } from "./eventually.ts"
import { assertSays, textOf } from "./sentences.ts"
import { stage } from "./stage.ts"

const openai = (url: string) => ({
  OPENAI_BASE_URL: `${url}/v1`,
  OPENAI_API_KEY: secretKey,
  OPENAI_MODEL: "tiny"
})

/** What the user and the bot said, as a question brings it along. */
const talk = ({ body }: Question) =>
  (
    JSON.parse(body) as {
      readonly messages: ReadonlyArray<{ readonly role: string; readonly content: string }>
    }
  ).messages
    .filter(({ role }) => role !== "system")
    .map(({ content }) => content)

describe("tease mode with a chatbot", () => {
  it.live("any server knows what was said before, until tease mode ends; nothing secret in the logs", () =>
    Effect.gen(function* () {
      const bot = yield* fakeBot(() => openaiSays("香蕉分你一半"))
      const { person, servers } = yield* stage({ servers: 2, variables: openai(bot.url) })
      const a = person()
      yield* a.says("调戏")
      const first = yield* a.says("你好猴子")
      assert.match(first?.kind === "text" ? first.text : "", /AI生成.*香蕉分你一半/u)
      const message = a.message("text", { Content: "再来", MsgId: nextMsgId() })
      shown(yield* message.attempt({ server: 1 }), a.openid)
      assert.deepStrictEqual(talk(bot.questions[1]!), ["你好猴子", "香蕉分你一半", "再来"])
      assertSays(yield* a.says("调戏"), "已退出")
      yield* a.says("调戏")
      yield* a.says("还记得吗")
      assert.deepStrictEqual(talk(bot.questions[2]!), ["还记得吗"])
      bot.reply = () => ({ status: 401, body: { error: { message: `bad key ${secretKey}` } } })
      assert.include(textOf(yield* a.says("在吗")), "小猴走神了")
      for (const server of servers) {
        const logs = server.process.stdout() + server.process.stderr()
        for (const secret of [secretKey, a.openid, "猴子", "香蕉", "还记得"]) assert.notInclude(logs, secret)
      }
      assert.include(servers[0]?.process.stdout() ?? "", "the chatbot did not answer")
    }).pipe(Effect.scoped)
  )

  it.live("an answer that takes seven seconds arrives once, labelled", () =>
    Effect.gen(function* () {
      const bot = yield* fakeBot(() => ({ ...openaiSays("想了很久"), afterMillis: 7_000 }))
      const { person } = yield* stage({ servers: 2, variables: openai(bot.url) })
      const a = person()
      yield* a.says("调戏")
      const message = a.message("text", { Content: "慢慢想", MsgId: nextMsgId() })
      const answers: Array<string> = []
      for (const server of [0, 1]) {
        const bubble = shown(yield* message.attempt({ server }), a.openid)
        if (bubble?.kind === "text") answers.push(bubble.text)
      }
      yield* eventually("the answer arrives", () =>
        answers.length + a.heard.filter(({ by }) => by === "push").length > 0 ? true : undefined
      )
      const pushed = a.heard.flatMap((heard) =>
        heard.by === "push" && heard.kind === "text" ? [heard.text] : []
      )
      assert.deepStrictEqual([...answers, ...pushed], ["【AI生成】想了很久"])
      assert.strictEqual(bot.questions.length, 1)
    }).pipe(Effect.scoped)
  )

  it.live("without a chatbot a sentence says so", () =>
    Effect.gen(function* () {
      const { person } = yield* stage({ servers: 1 })
      const a = person()
      yield* a.says("调戏")
      assert.include(textOf(yield* a.says("你好")), "还没有接上")
      assertSays(yield* a.presses("退出"), "已退出")
    }).pipe(Effect.scoped)
  )
})
