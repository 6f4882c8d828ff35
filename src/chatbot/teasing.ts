/** Tease mode: brings what a user said to the chatbot, with the last turns, and its words back as a sentence. */
import { Effect, Layer, Metric, Option, Semaphore } from "effect"
import type { HttpClient } from "effect/http"
import { Tease } from "../chat/tease.ts"
import type { Openid } from "../core/openid.ts"
import type { Sentence } from "../core/sentence.ts"
import type { Memcached } from "../memcached/memcached.ts"
import type { BotAccount } from "./bot-exchange.ts"
import { Chatbot, type ChatbotError, ChatbotRefused } from "./chatbot.ts"
import { type Recalled, TeaseMemory } from "./memory.ts"
import { type OpenaiAccount, openaiLayer } from "./openai.ts"
import { plainWords } from "./plain-words.ts"
import { simsimiLayer } from "./simsimi.ts"

/** Which chatbot answers in tease mode. */
export type ChatbotSettings =
  | { readonly _tag: "None" }
  | ({ readonly _tag: "SimSimi" } & BotAccount)
  | ({ readonly _tag: "OpenAI" } & OpenaiAccount)

/** How many questions one process has under way; a user beyond that is told so at once. */
export const mostQuestionsAtOnce = 64

/** Texts in tease mode by what became of them: `answered`, `too long`, `busy`, or why there was no answer. */
const chatbotAnswersTotal = Metric.counter("chatbot_answers_total", {
  description: "Texts in tease mode, by what the chatbot made of them",
  incremental: true
})

/** Tease mode with the chatbot that the settings name. */
export const teaseLayer = (
  settings: ChatbotSettings
): Layer.Layer<Tease, never, Memcached | HttpClient.HttpClient> => {
  switch (settings._tag) {
    case "None":
      return Tease.layerNone
    case "SimSimi":
      return Layer.provide(teasingLayer, simsimiLayer(settings))
    case "OpenAI":
      return Layer.provide(teasingLayer, openaiLayer(settings))
  }
}

/** Tease mode with any chatbot. */
export const teasingLayer: Layer.Layer<Tease, never, Chatbot | Memcached> = Layer.effect(
  Tease,
  Effect.gen(function* () {
    const chatbot = yield* Chatbot
    const memory = yield* TeaseMemory
    const questions = yield* Semaphore.make(mostQuestionsAtOnce)

    /** The turns to send along; none if memcached does not answer, since an answer without them is better than none. */
    const recall = (openid: Openid): Effect.Effect<Recalled | undefined> =>
      chatbot.takesTurns
        ? Effect.orElseSucceed(memory.recall(openid), () => undefined)
        : Effect.as(Effect.void, undefined)

    const ask = Effect.fnUntraced(function* (openid: Openid, said: string) {
      const recalled = yield* recall(openid)
      const text = plainWords(yield* chatbot.reply(said, recalled?.turns ?? []))
      if (text === undefined) return yield* new ChatbotRefused({ reason: "nothing to say" })
      if (recalled !== undefined) {
        yield* Effect.ignore(memory.add(openid, recalled, { said, answered: text }))
      }
      yield* count("answered")
      const answer: Sentence = { _tag: "TeaseAnswer", text }
      return answer
    })

    const answer = Effect.fnUntraced(function* (openid: Openid, words: string) {
      const said = words.trim()
      if (said === "") return silent("speechless")
      if (said.length > chatbot.mostCharacters) {
        yield* count("too long")
        return { _tag: "TeaseTooLong", most: chatbot.mostCharacters } satisfies Sentence
      }
      const answered = yield* questions.withPermitsIfAvailable(1)(
        Effect.withSpan(Effect.catch(ask(openid, said), withoutAnswer), "chatbot")
      )
      if (Option.isSome(answered)) return answered.value
      yield* count("busy")
      return silent("busy")
    })

    return Tease.of({ answer, forget: memory.forget })
  })
).pipe(Layer.provide(TeaseMemory.layer))

/** A sentence for every failure. Those that an operator can mend are logged, without the words. */
const withoutAnswer = Effect.fnUntraced(function* (error: ChatbotError) {
  yield* count(error.reason)
  if (error._tag === "ChatbotRefused") return silent(error.reason === "content" ? "refused" : "speechless")
  yield* Effect.logWarning("the chatbot did not answer", { problem: error.message })
  return silent(error.reason === "limit" ? "busy" : "failed")
})

const silent = (why: Extract<Sentence, { readonly _tag: "ChatbotSilent" }>["why"]): Sentence => ({
  _tag: "ChatbotSilent",
  why
})

const count = (outcome: "answered" | "too long" | "busy" | ChatbotError["reason"]) =>
  Metric.update(Metric.withAttributes(chatbotAnswersTotal, { outcome }), 1)
