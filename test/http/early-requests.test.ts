/** What comes when the port is open and the service is still being put together, on a real server. */
import { once } from "node:events"
import { request } from "node:http"
import { text } from "node:stream/consumers"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Exit, Layer, Scope } from "effect"
import { HttpRouter, HttpServer, HttpServerRequest, HttpServerResponse } from "effect/http"
import { listen } from "../../src/app.ts"

const loopback = "127.0.0.1"
const quiet = { disableLogger: true, disableListenLog: true }

const echo = HttpRouter.add(
  "POST",
  "/echo",
  Effect.flatMap(HttpServerRequest.HttpServerRequest, (asked) =>
    Effect.map(asked.text, HttpServerResponse.text)
  )
)

/** An open port, and what one who asks there hears. */
const opened = Effect.gen(function* () {
  const context = yield* Layer.build(Layer.fresh(listen(loopback, 0)))
  const { address } = Context.get(context, HttpServer.HttpServer)
  if (!("port" in address)) return assert.fail("no port")
  const { port } = address
  const post = (body: string): Posted => {
    const sent = request({ host: loopback, port, path: "/echo", method: "POST", headers: expecting })
    const answer = once(sent, "response").then(async ([response]) => ({
      status: response.statusCode,
      text: await text(response)
    }))
    // Said by Node when it hands the request over.
    const arrived = once(sent, "continue").then(() => void sent.end(body))
    return { arrived, answer }
  }
  return { context, post }
})

interface Posted {
  readonly arrived: Promise<void>
  readonly answer: Promise<{ readonly status: number; readonly text: string }>
}

const expecting = { expect: "100-continue", "transfer-encoding": "chunked" }

const all = <A>(promises: ReadonlyArray<Promise<A>>) => Effect.promise(() => Promise.all(promises))

describe("a request that comes before the service", () => {
  it.live("waits for it, with its body", () =>
    Effect.gen(function* () {
      const { context, post } = yield* opened
      const words = ["", "one", "long ".repeat(100_000)]
      const early = words.map(post)
      yield* all(early.map(({ arrived }) => arrived))
      yield* Layer.build(HttpRouter.serve(echo, quiet).pipe(Layer.provide(Layer.succeedContext(context))))
      assert.deepStrictEqual(
        yield* all([...early, post("late")].map(({ answer }) => answer)),
        [...words, "late"].map((word) => ({ status: 200, text: word }))
      )
    }).pipe(Effect.scoped)
  )

  it.live("hears that the service does not come", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { post } = yield* Scope.provide(opened, scope)
      const early = [post("one"), post("two")]
      yield* all(early.map(({ arrived }) => arrived))
      yield* Scope.close(scope, Exit.void)
      const answers = yield* all(early.map(({ answer }) => answer))
      assert.deepStrictEqual(
        answers.map(({ status }) => status),
        [503, 503]
      )
    })
  )
})
