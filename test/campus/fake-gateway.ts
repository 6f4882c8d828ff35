/** A campus gateway on loopback, written from its contract alone: it answers as a test tells it to and remembers what it was asked. */
import { createServer } from "node:http"
import { Effect } from "effect"

export interface Asked {
  readonly method: string
  readonly path: string
  readonly contentType: string
  readonly form: URLSearchParams
}

export interface Answer {
  readonly status?: number
  /** Sent as JSON, or as it stands when it is a string. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Milliseconds; `"never"` leaves the connection open, `"cut"` closes it without an answer. */
  readonly after?: number | "never" | "cut"
}

export interface FakeGateway {
  readonly url: string
  readonly asked: ReadonlyArray<Asked>
  readonly askedAt: (path: string) => ReadonlyArray<Asked>
  /** May be replaced. */
  answer: (asked: Asked, nth: number) => Answer
}

/** Ends with the scope. */
export const fakeGateway = (answer: FakeGateway["answer"]) =>
  Effect.acquireRelease(
    Effect.callback<FakeGateway & { readonly close: Effect.Effect<void> }>((resume) => {
      const asked: Array<Asked> = []
      const askedAt = (path: string) => asked.filter((one) => one.path === path)
      const server = createServer((request, response) => {
        const chunks: Array<Buffer> = []
        request.on("data", (chunk: Buffer) => chunks.push(chunk))
        request.on("end", () => {
          const call = {
            method: request.method ?? "",
            path: request.url ?? "",
            contentType: request.headers["content-type"] ?? "",
            form: new URLSearchParams(Buffer.concat(chunks).toString("utf8"))
          }
          const {
            status = 200,
            body = "",
            headers = {},
            after = 0
          } = fake.answer(call, askedAt(call.path).length)
          asked.push(call)
          if (after === "never") return
          if (after === "cut") return void request.socket.destroy()
          setTimeout(() => {
            response.writeHead(status, { "content-type": "application/json", ...headers })
            response.end(typeof body === "string" ? body : JSON.stringify(body))
          }, after)
        })
      })
      const fake = {
        url: "",
        asked,
        askedAt,
        answer,
        close: Effect.callback<void>((done) => {
          server.close(() => done(Effect.void))
          server.closeAllConnections()
        })
      }
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        fake.url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`
        resume(Effect.succeed(fake))
      })
    }),
    ({ close }) => close
  )

export const uuid = "0123456789012345678901234567890123456789"

export const good = (content: unknown, beside: object = {}): Answer => ({
  body: { code: 200, content, ...beside }
})
