import { Effect, Layer } from "effect"
import { botClientLayer } from "../chatbot/bot-exchange.ts"
import { Chatbot, type ChatbotError, type ChatbotUnavailable } from "../chatbot/chatbot.ts"
import { openaiLayer } from "../chatbot/openai.ts"
import { simsimiLayer } from "../chatbot/simsimi.ts"
import type { ChatbotSettings } from "../chatbot/teasing.ts"
import { type Check, fine, type Finding, problem, skipped } from "./check.ts"

/** Whether the chatbot takes the key and the model: one short question, since some have no other call that needs both. */
export const chatbotCheck = (settings: ChatbotSettings): Check => ({
  name: "chatbot",
  run:
    settings._tag === "None"
      ? Effect.succeed([skipped("no chatbot is set: tease mode says so")])
      : Chatbot.use((chatbot) => chatbot.reply(greeting, [])).pipe(
          Effect.match({
            onSuccess: () => [fine(`${settings._tag} answers`)],
            onFailure: (error) => [findingOf(settings._tag, error)]
          }),
          Effect.provide(
            (settings._tag === "SimSimi" ? simsimiLayer(settings) : openaiLayer(settings)).pipe(
              Layer.provide(botClientLayer)
            )
          )
        )
})

const greeting = "你好"

type Kind = Exclude<ChatbotSettings["_tag"], "None">

const findingOf = (kind: Kind, error: ChatbotError): Finding =>
  error._tag === "ChatbotRefused"
    ? fine(`${kind} answers, though it knew nothing to say`)
    : problem(error.message, advices[kind][error.reason])

type Advices = Readonly<Record<ChatbotUnavailable["reason"], string>>

const advicesFor = (names: {
  readonly url: string
  readonly key: string
  readonly request: string
}): Advices => {
  const unreachable = `let this machine reach it, or correct ${names.url}`
  const notOne = `correct ${names.url}: something else answers there`
  return {
    network: unreachable,
    timeout: `${unreachable}; it may also think too long`,
    "server error": "try again later",
    key: `correct ${names.key}`,
    limit: "its calls or its money are used up: raise the limit at the chatbot's",
    "bad request": `correct ${names.request}`,
    "answer too large": notOne,
    "answer not understood": notOne
  }
}

const advices: Readonly<Record<Kind, Advices>> = {
  SimSimi: advicesFor({ url: "SIMSIMI_URL", key: "SIMSIMI_API_KEY", request: "SIMSIMI_URL" }),
  OpenAI: advicesFor({
    url: "OPENAI_BASE_URL",
    key: "OPENAI_API_KEY",
    request: "OPENAI_MODEL, or OPENAI_BASE_URL, which ends with the version, such as /v1"
  })
}
