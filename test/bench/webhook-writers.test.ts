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
