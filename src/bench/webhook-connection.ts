/** A connection of the load generator: one request at a time on a socket that stays open, and as little work as possible. */
import { connect, type Socket } from "node:net"

export interface HttpAnswer {
  readonly status: number
  readonly body: string
}

export class Connection {
  readonly #socket: Socket
  #received = ""
  #settle: ((answer: HttpAnswer) => void) | undefined

  constructor(port: number, broken: (error: Error) => void) {
    this.#socket = connect(port, "127.0.0.1").setNoDelay(true).setEncoding("latin1")
    this.#socket.on("data", (part: string) => this.#came(part))
    this.#socket.on("error", broken)
    this.#socket.on("close", () => {
      if (this.#settle !== undefined) broken(new Error("the server closed a connection before it answered"))
    })
  }

  /** The server may have closed it meanwhile. */
  get isOpen(): boolean {
    return this.#socket.writable
  }

  /** To be called again only when `settle` was. */
  send(request: Buffer, settle: (answer: HttpAnswer) => void): void {
    this.#settle = settle
    this.#socket.write(request)
  }

  close(): void {
    this.#settle = undefined
    this.#socket.destroy()
  }

  #came(part: string): void {
    this.#received += part
    const answer = wholeAnswer(this.#received)
    if (answer === undefined) return
    this.#received = ""
    const settle = this.#settle
    this.#settle = undefined
    settle?.(answer)
  }
}

/** Latin-1 is one character a byte, so that lengths are bytes; `undefined`: more has to come. */
const wholeAnswer = (received: string): HttpAnswer | undefined => {
  const headEnd = received.indexOf("\r\n\r\n")
  if (headEnd < 0) return undefined
  const head = received.slice(0, headEnd)
  const inside = received.slice(headEnd + 4)
  const status = Number(head.slice("HTTP/1.1 ".length, "HTTP/1.1 200".length))
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  if (length !== undefined) {
    return inside.length < Number(length) ? undefined : { status, body: utf8(inside) }
  }
  // In chunks: the contenders write their answers in one.
  if (!inside.endsWith("0\r\n\r\n")) return undefined
  const start = inside.indexOf("\r\n") + 2
  const size = Number.parseInt(inside, 16)
  return { status, body: utf8(inside.slice(start, start + size)) }
}

const utf8 = (latin1: string): string => Buffer.from(latin1, "latin1").toString("utf8")
