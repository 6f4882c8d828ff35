import { once } from "node:events"
import { createServer, type AddressInfo } from "node:net"
import { assert, it } from "@effect/vitest"
import type { Messages } from "../../src/bench/webhook-order.ts"
import { makeWriters } from "../../src/bench/webhook-writers.ts"

it("a message goes on a new connection when the server closed the one that was free", async () => {
  let opened = 0
  const closed: Array<Promise<unknown>> = []
  const server = createServer((socket) => {
    opened += 1
    closed.push(once(socket, "close"))
    // Answers the first message of a connection, and closes it as servers do with idle ones: without a word.
    socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nsuccess"))
  })
  await once(server.listen(0, "127.0.0.1"), "listening")
  const { port } = server.address() as AddressInfo
  const messages: Messages = { port, mode: "plain", story: "pairs", people: 2, first: 0, messages: 2 }
  let failed: (error: Error) => void = () => undefined
  const broken = new Promise<void>((_resolve, reject) => (failed = reject))
  const writers = makeWriters(messages, (error) => failed(error))
  const written = (number: number) =>
    Promise.race([
      broken,
      new Promise<void>((answered) => writers.write(number, performance.now(), answered))
    ])
  await written(0)
  await Promise.all(closed)
  await written(1)
  assert.strictEqual(writers.answered, 2)
  assert.strictEqual(opened, 2)
  writers.finish()
  server.close()
})

it("a line that is answered in words is counted, and one that is refused ends the load", async () => {
  const answers = ["success", "<xml>对方稍后收到</xml>", "success"]
  const server = createServer((socket) =>
    socket.on("data", () => {
      const answer = answers.shift()
      const body = answer ?? "no"
      const head = `HTTP/1.1 ${answer === undefined ? 503 : 200} OK\r\nContent-Length: ${Buffer.byteLength(body)}`
      socket.write(`${head}\r\n\r\n${body}`)
    })
  )
  await once(server.listen(0, "127.0.0.1"), "listening")
  const { port } = server.address() as AddressInfo
  const messages: Messages = { port, mode: "plain", story: "pairs", people: 2, first: 0, messages: 3 }
  const problems: Array<string> = []
  let refused: () => void = () => undefined
  const writers = makeWriters(messages, ({ message }) => {
    problems.push(message)
    refused()
  })
  for (const number of [0, 1, 2]) {
    await new Promise<void>((answered) => writers.write(number, performance.now(), answered))
  }
  assert.deepStrictEqual(problems, [])
  await new Promise<void>((resolve) => {
    refused = resolve
    writers.write(3, performance.now(), () => undefined)
  })
  assert.deepStrictEqual(problems, ["a message was answered with 503"])
  assert.strictEqual(writers.finish().answeredInWords, 1)
  server.close()
})
