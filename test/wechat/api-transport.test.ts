import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Schema } from "effect"
import { ApiTransport } from "../../src/wechat/api-transport.ts"

/** A server on loopback whose answers a test writes as it likes. */
const serverThat = (answer: (request: IncomingMessage, response: ServerResponse, body: string) => void) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<ReturnType<typeof createServer>>((resume) => {
        const server = createServer((request, response) => {
          const chunks: Array<Buffer> = []
          request.on("data", (chunk: Buffer) => chunks.push(chunk))
          request.on("end", () => answer(request, response, Buffer.concat(chunks).toString()))
        })
        server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
      }),
      (server) =>
        Effect.sync(() => {
          server.close()
          server.closeAllConnections()
        })
    ),
    (server) =>
      new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/cgi-bin/call?access_token=a%2Bb`)
  )

type Request = Parameters<ApiTransport["Service"]["send"]>[0]

const send = (request: Omit<Request, "timeoutMillis">, timeoutMillis = 60_000) =>
  Effect.flatMap(ApiTransport, (transport) => transport.send({ ...request, timeoutMillis }))

describe("a call of WeChat's API", () => {
  it.live.prop(
    "brings the body as it was written, and the answer's text however it is cut into pieces",
    {
      body: Schema.String,
      text: Schema.String,
      cuts: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 40 })))
    },
    ({ body, text, cuts }) =>
      Effect.gen(function* () {
        const url = yield* serverThat((request, response, received) => {
          const bytes = Buffer.from(
            JSON.stringify([request.method, request.url, request.headers["content-type"], received, text])
          )
          const places = [...cuts.toSorted((one, other) => one - other), bytes.length]
          // What is written in one turn would go as one piece.
          const writeFrom = (start: number): void => {
            const end = places.shift()
            if (end === undefined) response.end()
            else response.write(bytes.subarray(start, end), () => setImmediate(writeFrom, end))
          }
          writeFrom(0)
        })
        const answer = yield* send({ method: "POST", url, body: JSON.stringify(body) })
        assert.deepStrictEqual(answer, {
          status: 200,
          text: JSON.stringify([
            "POST",
            "/cgi-bin/call?access_token=a%2Bb",
            "application/json; charset=utf-8",
            JSON.stringify(body),
            text
          ])
        })
      }).pipe(Effect.provide(ApiTransport.layer), Effect.scoped),
    { arbitrary: { runs: 30 } }
  )

  it.live("gives any status, a body without its mark of UTF-8, and none as an empty text", () =>
    Effect.gen(function* () {
      const url = yield* serverThat((request, response) => {
        if (request.method === "GET") response.writeHead(404).end("\ufeff没有")
        else response.writeEarlyHints({ link: "</>; rel=preload" }, () => response.writeHead(204).end())
      })
      assert.deepStrictEqual(yield* send({ method: "GET", url }), { status: 404, text: "没有" })
      assert.deepStrictEqual(yield* send({ method: "POST", url, body: "{}" }), { status: 204, text: "" })
    }).pipe(Effect.provide(ApiTransport.layer), Effect.scoped)
  )

  it.live("keeps its connections, however many are under way at once", () =>
    Effect.gen(function* () {
      const ports = new Set<number | undefined>()
      const url = yield* serverThat((request, response, received) => {
        ports.add(request.socket.remotePort)
        response.end(received)
      })
      const atOnce = 20
      const turn = Effect.forEach(
        Array.from({ length: atOnce }, (_, number) => String(number)),
        (body) =>
          Effect.map(send({ method: "POST", url, body }), ({ text }) => assert.strictEqual(text, body)),
        { concurrency: "unbounded" }
      )
      yield* Effect.replicateEffect(turn, 10)
      // One whose answer has just been read may not be free yet for the next call.
      assert.isAtMost(ports.size, 2 * atOnce)
    }).pipe(Effect.provide(ApiTransport.layer), Effect.scoped)
  )

  it.live("ends in words without an answer, with half of one, and with too much of one", () =>
    Effect.gen(function* () {
      let written = 0
      const url = yield* serverThat((request, response) => {
        if (request.url?.startsWith("/cut") === true) {
          response.writeHead(200, { "content-length": "100" }).write("half")
          setImmediate(() => request.socket.destroy())
          return
        }
        const more = () => {
          while (!response.destroyed && response.write(Buffer.alloc(65_536, "x"))) written += 65_536
        }
        response.on("drain", more)
        more()
      })
      const problemOf = (path: string, origin: string | URL = url) =>
        Effect.map(Effect.flip(send({ method: "GET", url: new URL(path, origin) })), (error) => error.reason)
      assert.strictEqual(yield* problemOf("/cut?access_token=secret"), "network")
      assert.strictEqual(yield* problemOf("/endless"), "network")
      assert.isBelow(written, 100 * 1024 * 1024)
      assert.strictEqual(yield* problemOf("/", "http://127.0.0.1:1"), "no connection")
    }).pipe(Effect.provide(ApiTransport.layer), Effect.scoped)
  )

  it.live(
    "ends with its time, before its answer begins and in the middle of it, and so does its connection",
    () =>
      Effect.gen(function* () {
        for (const path of ["/silent", "/half"]) {
          const gone = yield* Deferred.make<void>()
          const url = yield* serverThat((request, response) => {
            if (path === "/half") response.writeHead(200).write("half")
            request.socket.on("close", () => Deferred.doneUnsafe(gone, Effect.void))
          })
          const error = yield* Effect.flip(send({ method: "GET", url }, 100))
          assert.strictEqual(error.reason, "timeout")
          yield* Deferred.await(gone)
        }
      }).pipe(Effect.provide(ApiTransport.layer), Effect.scoped)
  )

  it.live(
    "is let go of when nobody waits for it any more, before its answer begins and in the middle of it",
    () =>
      Effect.gen(function* () {
        for (const path of ["/silent", "/half"]) {
          const [came, gone] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
          const url = yield* serverThat((request, response) => {
            if (path === "/half") response.writeHead(200).write("half")
            request.socket.on("close", () => Deferred.doneUnsafe(gone, Effect.void))
            Deferred.doneUnsafe(came, Effect.void)
          })
          const calling = yield* Effect.forkChild(send({ method: "GET", url }))
          yield* Deferred.await(came)
          yield* Fiber.interrupt(calling)
          yield* Deferred.await(gone)
        }
      }).pipe(Effect.provide(ApiTransport.layer), Effect.scoped)
  )
})
