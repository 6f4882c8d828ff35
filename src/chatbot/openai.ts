/** Any server that speaks OpenAI's chat completions (protocol notes 11). */
import { Effect, Layer, Option, Redacted, Schema } from "effect"
import { HttpClient } from "effect/http"
import { type BotAnswer, exchange, httpStatus } from "./bot-exchange.ts"
import { Chatbot, type ChatbotError, ChatbotRefused, ChatbotUnavailable, type Turn } from "./chatbot.ts"

export interface OpenaiAccount {
  /** With its version, such as `https://api.deepseek.com/v1`. */
  readonly url: string
  /** Servers of one's own often want none. */
  readonly key: Redacted.Redacted | undefined
  readonly model: string
}

/** More than WeChat lets a user write in one message. */
const mostCharacters = 2_048

/** Who the model is to be. Short, so that it answers within WeChat's five seconds. */
const persona =
  "你是「小猴」，一所大学微信公众号里的聊天伙伴，正在和一名同学斗嘴。" +
  "用简体中文，活泼、机灵、友善，每次只说一两句话，不超过一百个字。" +
  "只写普通文字，不用 Markdown、网页标签或链接。" +
  "不知道学校的课表、成绩和通知，有人问就请对方按菜单里的按钮。" +
  "不聊色情、暴力、违法和政治的话题，不辱骂任何人，不打听个人信息；对方难过或有危险时认真安慰，请对方找身边的人或学校帮忙。"

/**
 * No limit of tokens is sent: the newest models refuse the name that all others know (`max_tokens`), and a model that thinks first would
 * be left without words. The answer is cut anyway.
 */
export const openaiLayer = (account: OpenaiAccount): Layer.Layer<Chatbot, never, HttpClient.HttpClient> =>
  Layer.effect(
    Chatbot,
    Effect.map(HttpClient.HttpClient, (client) => ({
      mostCharacters,
      takesTurns: true,
      reply: (said, turns) =>
        Effect.flatMap(
          exchange(client, {
            url: `${account.url}/chat/completions`,
            headers:
              account.key === undefined ? {} : { authorization: `Bearer ${Redacted.value(account.key)}` },
            body: { model: account.model, messages: messages(said, turns), stream: false }
          }),
          answered
        )
    }))
  )

const messages = (said: string, turns: ReadonlyArray<Turn>) => [
  { role: "system", content: persona },
  ...turns.flatMap((turn) => [
    { role: "user", content: turn.said },
    { role: "assistant", content: turn.answered }
  ]),
  { role: "user", content: said }
]

const Completion = Schema.Struct({
  choices: Schema.NonEmptyArray(
    Schema.Struct({
      message: Schema.Struct({ content: Schema.optionalKey(Schema.NullOr(Schema.String)) }),
      finish_reason: Schema.optionalKey(Schema.NullOr(Schema.String))
    })
  )
})
const decode = Schema.decodeUnknownOption(Completion)

const answered = ({ status, body }: BotAnswer): Effect.Effect<string, ChatbotError> => {
  if (status >= httpStatus.firstError) return Effect.fail(failure(status, body))
  const completion = Option.getOrUndefined(decode(body))
  if (completion === undefined) {
    return Effect.fail(new ChatbotUnavailable({ reason: "answer not understood", status }))
  }
  const [{ message, finish_reason: ended }] = completion.choices
  if (ended === "content_filter") return Effect.fail(new ChatbotRefused({ reason: "content" }))
  const words = withoutThoughts(message.content ?? "")
  return words === "" ? Effect.fail(new ChatbotRefused({ reason: "nothing to say" })) : Effect.succeed(words)
}

/** Servers that host a thinking model themselves may leave its thoughts in the answer. */
const withoutThoughts = (content: string): string =>
  content.replace(/^\s*<think>[\s\S]*?(?:<\/think>|$)/u, "").trim()

/** How DeepSeek, Qwen and Azure say that they do not talk about this, in a 400. */
const refusedContent = /content exists risk|data_?inspection|content_?(?:filter|policy)|inappropriate/iu

const failure = (status: number, body: unknown): ChatbotError => {
  switch (status) {
    case httpStatus.unauthorised:
    case httpStatus.forbidden:
      return new ChatbotUnavailable({ reason: "key", status })
    // DeepSeek says so when the account is empty.
    case httpStatus.paymentRequired:
    case httpStatus.tooManyRequests:
      return new ChatbotUnavailable({ reason: "limit", status })
    default:
      return refusedContent.test(JSON.stringify(body) ?? "")
        ? new ChatbotRefused({ reason: "content" })
        : new ChatbotUnavailable({ reason: "bad request", status })
  }
}
