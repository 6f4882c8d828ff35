/** A chatbot's server on loopback that answers as a test tells it to and remembers what it was asked. */
import { createServer, type IncomingHttpHeaders } from "node:http"
import { Effect } from "effect"

export interface Question {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface BotReply {
  readonly status?: number
  /** Sent as JSON, or as it stands when it is a string. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** `never` leaves the connection open, `cut` closes it without an answer, `half` in the middle of one. */
  readonly afterMillis?: number
  readonly how?: "never" | "cut" | "half"
}

export interface FakeBot {
  readonly url: string
  readonly questions: ReadonlyArray<Question>
  reply: (question: Question, nth: number) => BotReply
  /** Resolves when this many questions came. */
  readonly asked: (count: number) => Promise<void>
}

/** Ends with the scope. */
export const fakeBot = (reply: FakeBot["reply"]) =>
  Effect.acquireRelease(
    Effect.callback<FakeBot & { readonly close: Effect.Effect<void> }>((resume) => {
      const questions: Array<Question> = []
      let waiting: Array<{ readonly count: number; readonly done: () => void }> = []
      const server = createServer((request, response) => {
        const chunks: Array<Buffer> = []
        request.on("data", (chunk: Buffer) => chunks.push(chunk))
        request.on("end", () => {
          const question = {
            method: request.method ?? "",
            path: request.url ?? "",
            headers: request.headers,
            body: Buffer.concat(chunks).toString("utf8")
          }
          const {
            status = 200,
            body = "",
            headers = {},
            afterMillis = 0,
            how
          } = bot.reply(question, questions.length)
          questions.push(question)
          for (const { count, done } of waiting) if (questions.length >= count) done()
          waiting = waiting.filter(({ count }) => questions.length < count)
          if (how === "never") return
          if (how === "cut") return void request.socket.destroy()
          const text = typeof body === "string" ? body : JSON.stringify(body)
          const answer = () => {
            response.writeHead(status, { "content-type": "application/json", ...headers })
            if (how !== "half") return void response.end(text)
            response.write(text.slice(0, Math.ceil(text.length / 2)), () => request.socket.destroy())
          }
          if (afterMillis === 0) answer()
          else setTimeout(answer, afterMillis)
        })
      })
      const bot = {
        url: "",
        questions,
        reply,
        asked: (count: number) =>
          new Promise<void>((done) => {
            if (questions.length >= count) done()
            else waiting.push({ count, done })
          }),
        close: Effect.callback<void>((done) => {
          server.close(() => done(Effect.void))
          server.closeAllConnections()
        })
      }
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        bot.url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`
        resume(Effect.succeed(bot))
      })
    }),
    ({ close }) => close
  )
