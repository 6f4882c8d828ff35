/** The real clients over HTTP on loopback, and what a bot of each kind says. */
import { Context, Effect, Layer, Redacted } from "effect"
import { botClientLayer } from "../../src/chatbot/bot-exchange.ts"
import { Chatbot } from "../../src/chatbot/chatbot.ts"
import { openaiLayer } from "../../src/chatbot/openai.ts"
import { simsimiLayer } from "../../src/chatbot/simsimi.ts"
import type { BotReply } from "./fake-bot.ts"

export const secretKey = "sk-very-secret-0123456789"
const key = Redacted.make(secretKey)

export const simsimiAt = (url: string) => built(simsimiLayer({ url, key }))
export const openaiAt = (url: string, keyed = true) =>
  built(openaiLayer({ url: `${url}/v1`, key: keyed ? key : undefined, model: "tiny" }))

const built = (layer: ReturnType<typeof simsimiLayer>) =>
  Effect.map(Layer.build(Layer.provide(layer, botClientLayer)), Context.get(Chatbot))

/** SimSimi: the status that counts stands in the body. */
export const simsimiSays = (atext: string): BotReply => ({
  body: { status: 200, statusMessage: "Ok", atext, lang: "ch", request: { utext: "?", lang: "ch" } }
})
export const simsimiRefuses = (status: number): BotReply => ({ body: { status, statusMessage: "no" } })

export const openaiSays = (content: string | null, finish = "stop"): BotReply => ({
  body: {
    id: "chatcmpl-1",
    object: "chat.completion",
    model: "tiny",
    choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: finish }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }
  }
})
export const openaiFails = (status: number, message = "no"): BotReply => ({
  status,
  body: { error: { message, type: "error", code: null } }
})
