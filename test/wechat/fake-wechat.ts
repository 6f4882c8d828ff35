/** A small WeChat on loopback that answers as a test tells it to and remembers what it was asked. */
import { createServer } from "node:http"
import { Effect } from "effect"

export interface Asked {
  readonly path: string
  readonly query: URLSearchParams
  readonly body: string
}

export interface Answer {
  readonly status?: number
  /** Sent as JSON, or as it stands when it is a string. */
  readonly body: object | string
  /** How long it takes, or what it waits for; `"never"` leaves the connection open, `"cut"` closes it without an answer. */
  readonly after?: number | Promise<void> | "never" | "cut"
}

export interface FakeWeChat {
  readonly url: string
  readonly asked: ReadonlyArray<Asked>
  /** What was asked under one path, in order. */
  readonly askedAt: (path: string) => ReadonlyArray<Asked>
  answer: (asked: Asked, nth: number) => Answer
}

/** Ends with the scope. `answer` gets the call and how many calls of its path came before it. */
export const fakeWeChat = (answer: FakeWeChat["answer"]) =>
  Effect.acquireRelease(
    Effect.callback<FakeWeChat & { readonly close: Effect.Effect<void> }>((resume) => {
      const asked: Array<Asked> = []
      const askedAt = (path: string) => asked.filter((call) => call.path === path)
      const server = createServer((request, response) => {
        const chunks: Array<Buffer> = []
        request.on("data", (chunk: Buffer) => chunks.push(chunk))
        request.on("end", () => {
          const url = new URL(request.url ?? "/", "http://127.0.0.1")
          const call = {
            path: url.pathname,
            query: url.searchParams,
            body: Buffer.concat(chunks).toString("utf8")
          }
          const { status = 200, body, after = 0 } = fake.answer(call, askedAt(call.path).length)
          asked.push(call)
          if (after === "never") return
          if (after === "cut") return void request.socket.destroy()
          const respond = () => {
            response.writeHead(status, { "content-type": "application/json" })
            response.end(typeof body === "string" ? body : JSON.stringify(body))
          }
          if (typeof after === "number") setTimeout(respond, after)
          else void after.then(respond)
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

export const tokenPath = "/cgi-bin/stable_token"
export const sendPath = "/cgi-bin/message/custom/send"

export const ok: Answer = { body: { errcode: 0, errmsg: "ok" } }

export const refusal = (errcode: number, errmsg = "no rid: 5f5ae1a1-2ff26a8b-5a7a30f3"): Answer => ({
  body: { errcode, errmsg }
})

/** Longer than the 512 characters that WeChat asks to reserve. */
export const longToken = (nth: number): string => `${nth}_`.padEnd(600, "Tok-en_")

export const tokenAnswer = (nth: number, seconds = 7200): Answer => ({
  body: { access_token: longToken(nth), expires_in: seconds }
})
