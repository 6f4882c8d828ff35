/** A proxy in front of a memcached that a test tells how to misbehave, one binary message at a time. */
import { connect, createServer, type Socket } from "node:net"
import { Effect, type Redacted, type Scope } from "effect"
import { Memcached } from "../../src/memcached/memcached.ts"
import { type Address, freePort, memcachedProcess } from "./memcached-process.ts"

export interface Passing {
  /** The whole message, its 24 header bytes included. */
  readonly message: Buffer
  readonly toClient: Socket
  readonly toServer: Socket
  /** 1 for the first connection. */
  readonly connection: number
}

export interface Proxy extends Address {
  /** Replace these to misbehave; each decides what becomes of a message. */
  onRequest: (passing: Passing) => void
  onAnswer: (passing: Passing) => void
  readonly connections: () => number
  readonly openConnections: () => number
}

export const passRequest = ({ message, toServer }: Passing): void => void toServer.write(message)
export const passAnswer = ({ message, toClient }: Passing): void => void toClient.write(message)

export const opcodeOf = (message: Buffer): number => message.readUInt8(1)

/** The other side's message built from one: same operation and sequence number, with a status and a body. */
export const answerTo = (request: Buffer, status: number, body = ""): Buffer => {
  const answer = Buffer.alloc(24 + Buffer.byteLength(body))
  answer.writeUInt8(0x81, 0)
  answer.writeUInt8(opcodeOf(request), 1)
  answer.writeUInt16BE(status, 6)
  answer.writeUInt32BE(Buffer.byteLength(body), 8)
  request.copy(answer, 12, 12, 16)
  answer.write(body, 24)
  return answer
}

export const memcachedProxy = (server: Address): Effect.Effect<Proxy, never, Scope.Scope> =>
  Effect.gen(function* () {
    const port = yield* freePort
    const sockets = new Set<Socket>()
    let count = 0
    let open = 0
    const proxy: Proxy = {
      host: "127.0.0.1",
      port,
      onRequest: passRequest,
      onAnswer: passAnswer,
      connections: () => count,
      openConnections: () => open
    }
    const listener = createServer((toClient) => {
      count += 1
      open += 1
      const connection = count
      const toServer = connect(server.port, server.host)
      for (const socket of [toClient, toServer]) {
        sockets.add(socket)
        socket.setNoDelay(true).on("error", () => {})
      }
      toClient.on("close", () => {
        open -= 1
        toServer.destroy()
      })
      toServer.on("close", () => toClient.destroy())
      toClient.on(
        "data",
        inMessages((message) => proxy.onRequest({ message, toClient, toServer, connection }))
      )
      toServer.on(
        "data",
        inMessages((message) => proxy.onAnswer({ message, toClient, toServer, connection }))
      )
    })
    yield* Effect.acquireRelease(
      Effect.promise(() => new Promise<void>((resolve) => listener.listen(port, proxy.host, resolve))),
      () =>
        Effect.promise(() => {
          for (const socket of sockets) socket.destroy()
          return new Promise<void>((resolve) => listener.close(() => resolve()))
        })
    )
    return proxy
  })

/** A service whose only server is a fresh memcached behind a proxy. */
export const throughProxy = <A, E>(
  use: (proxy: Proxy, memcached: Memcached["Service"]) => Effect.Effect<A, E>,
  options: { readonly username?: string; readonly password?: Redacted.Redacted } = {}
) =>
  Effect.gen(function* () {
    const proxy = yield* memcachedProxy(yield* memcachedProcess())
    return yield* Memcached.use((memcached) => use(proxy, memcached)).pipe(
      Effect.provide(Memcached.layerMemjs({ servers: [proxy], ...options }))
    )
  }).pipe(Effect.scoped)

const inMessages = (take: (message: Buffer) => void) => {
  let rest = Buffer.alloc(0)
  return (chunk: Buffer): void => {
    rest = Buffer.concat([rest, chunk])
    while (rest.length >= 24 && rest.length >= 24 + rest.readUInt32BE(8)) {
      const length = 24 + rest.readUInt32BE(8)
      take(rest.subarray(0, length))
      rest = rest.subarray(length)
    }
  }
}
