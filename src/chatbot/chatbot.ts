/** A chatbot: answers a text, given what was said before. The settings decide which one it is. */
import { Context, type Effect, Layer, Schema } from "effect"

/** What a user said and what the chatbot answered. */
export const Turn = Schema.Struct({ said: Schema.String, answered: Schema.String })
export type Turn = typeof Turn.Type

/** The chatbot works and gives no answer: it does not talk about this, or knows nothing to say. */
export class ChatbotRefused extends Schema.TaggedError<ChatbotRefused>()("ChatbotRefused", {
  reason: Schema.Literals(["content", "nothing to say"])
}) {
  override get message() {
    return `the chatbot gives no answer: ${this.reason}`
  }
}

/**
 * No usable answer. `key` refused · `limit` of calls or money reached · `bad request` as the chatbot sees it, such as a model
 * that it does not have. `status` is the chatbot's own, if it gave one.
 */
export class ChatbotUnavailable extends Schema.TaggedError<ChatbotUnavailable>()("ChatbotUnavailable", {
  reason: Schema.Literals([
    "network",
    "timeout",
    "server error",
    "key",
    "limit",
    "bad request",
    "answer too large",
    "answer not understood"
  ]),
  status: Schema.optionalKey(Schema.Int)
}) {
  override get message() {
    return `the chatbot cannot answer: ${this.reason}${this.status === undefined ? "" : ` (${this.status})`}`
  }
}

export type ChatbotError = ChatbotRefused | ChatbotUnavailable

export class Chatbot extends Context.Service<
  Chatbot,
  {
    /** The longest text that it takes, in characters as JavaScript counts them. */
    readonly mostCharacters: number
    /** Whether it uses earlier turns; if not, none are kept. */
    readonly takesTurns: boolean
    /** Its words as they came: not yet cut, and nothing taken out. `turns`: oldest first. */
    readonly reply: (said: string, turns: ReadonlyArray<Turn>) => Effect.Effect<string, ChatbotError>
  }
>()("xiaohou/chatbot/Chatbot") {
  /** Answers as it is told, in this process. */
  static readonly layerMemory = (
    reply: (said: string, turns: ReadonlyArray<Turn>) => Effect.Effect<string, ChatbotError>
  ): Layer.Layer<Chatbot> => Layer.succeed(Chatbot, { mostCharacters: 100, takesTurns: true, reply })
}
