/**
 * One TCP connection to memcached: one memjs `Server`, used once and thrown away when anything is wrong.
 *
 * memjs connects, authenticates and reads the answers. It keeps half-read bytes, timers and listeners of an old socket on its
 * `Server` when it reconnects; a `Server` that never sees a second socket cannot mix them up. Requests and their answers are
 * matched here: memcached answers in order, so the next answer belongs to the oldest question or the stream is lost. Time-outs
 * are ours too: memjs counts from the last byte in either direction, so that a stream of new requests would keep a silent
 * server alive, and it keeps three records for every request.
 */
import type { Socket } from "node:net"
import { type Response, Server } from "memjs"
import { answerMagic, nothing, opcodes, requestBytes, statuses } from "./binary-protocol.ts"

/** `Outdated`: not sent, since the version was read on an earlier connection, perhaps from a server that has restarted. */
export type Outcome =
  | { readonly _tag: "Answered"; readonly response: Response; readonly generation: number }
  | { readonly _tag: "Unavailable"; readonly problem: string }
  | { readonly _tag: "Unanswered"; readonly problem: string }
  | { readonly _tag: "Outdated" }

export interface Question {
  readonly opcode: number
  readonly key: string
  readonly extras: Buffer
  readonly value: string
  readonly version: Buffer | undefined
  /** The connection on which `version` was read. */
  readonly generation: number | undefined
  readonly settle: (outcome: Outcome) => void
  /** In ticks of the owner's count. */
  deadlineTick: number
}

export interface ConnectionOptions {
  readonly host: string
  readonly port: number
  readonly username: string | undefined
  readonly password: string | undefined
}

export interface ConnectionOwner {
  readonly opened: () => void
  /** `unanswered`: what had been sent. */
  readonly lost: (problem: string, unanswered: ReadonlyArray<Question>) => void
}

/** A day: memjs's own time-outs, which we replace, must not come first. */
const memjsTimeoutSeconds = 86_400

/** So that a router in between does not forget a quiet connection. */
const keepAliveDelaySeconds = 30

type State = "opening" | "open" | "lost"

export class MemjsConnection {
  readonly generation: number
  readonly #owner: ConnectionOwner
  readonly #socket: Socket
  readonly #sent = new Sent()
  #state: State = "opening"
  #sequence = 0
  #outgoing: Array<Buffer> = []

  constructor(options: ConnectionOptions, generation: number, owner: ConnectionOwner) {
    this.generation = generation
    this.#owner = owner
    const server = new Server(options.host, options.port, undefined, undefined, {
      timeout: memjsTimeoutSeconds,
      conntimeout: memjsTimeoutSeconds,
      keepAlive: true,
      keepAliveDelay: keepAliveDelaySeconds
    }) as MemjsServer
    // After the constructor, since that falls back to the environment's MEMCACHE_* and MEMCACHIER_*.
    server.username = options.username
    server.password = options.password
    server.error = () => this.lose("authentication failed")
    server.respond = (response) => this.#answered(response)
    server.sock(false, () => this.#greet())
    this.#socket = server._socket
    this.#socket.setNoDelay(true)
    this.#socket.removeAllListeners("error").removeAllListeners("close")
    this.#socket
      .on("error", (error: NodeJS.ErrnoException) => this.lose(error.code ?? "connection error"))
      .on("end", () => this.lose("connection closed by the server"))
      .on("close", () => this.lose("connection closed"))
  }

  get open(): boolean {
    return this.#state === "open"
  }

  get sentCount(): number {
    return this.#sent.count
  }

  get oldestDeadlineTick(): number {
    return this.#sent.oldest?.question.deadlineTick ?? Number.POSITIVE_INFINITY
  }

  send(question: Question): void {
    if (question.generation !== undefined && question.generation !== this.generation) {
      question.settle({ _tag: "Outdated" })
      return
    }
    // Never 0, which memjs uses for authentication.
    const sequence = (this.#sequence + 1) >>> 0 || 1
    this.#sequence = sequence
    this.#sent.add({ question, sequence })
    this.#write(
      requestBytes(question.opcode, question.key, question.extras, question.value, sequence, question.version)
    )
  }

  /** Ends the connection; everything sent on it goes back to the owner. */
  lose(problem: string): void {
    if (this.#state === "lost") return
    this.#state = "lost"
    this.#socket.removeAllListeners()
    this.#socket.on("error", () => {})
    this.#socket.destroy()
    this.#outgoing = []
    this.#owner.lost(problem, this.#sent.takeAll())
  }

  /** A server that accepts and then hangs, or wants a password that we lack, is found out before anything is sent to it. */
  #greet(): void {
    this.send({
      opcode: opcodes.noop,
      key: "",
      extras: nothing,
      value: "",
      version: undefined,
      generation: undefined,
      deadlineTick: Number.POSITIVE_INFINITY,
      settle: (outcome) => {
        if (outcome._tag !== "Answered") return
        if (outcome.response.header.status !== statuses.done) return this.lose("greeting refused")
        this.#state = "open"
        this.#owner.opened()
      }
    })
  }

  #answered(response: Response): void {
    if (this.#state === "lost") return
    const oldest = this.#sent.oldest
    if (oldest === undefined || !belongsTo(oldest, response))
      return this.lose("an answer to another question")
    this.#sent.removeOldest()
    oldest.question.settle({ _tag: "Answered", response, generation: this.generation })
  }

  /** Everything sent in one turn of the event loop goes out in one write. */
  #write(request: Buffer): void {
    this.#outgoing.push(request)
    if (this.#outgoing.length > 1) return
    queueMicrotask(() => {
      const requests = this.#outgoing
      this.#outgoing = []
      if (requests.length > 0) this.#socket.write(Buffer.concat(requests))
    })
  }
}

/** A question under way, with the number by which its answer is recognised. */
interface Numbered {
  readonly question: Question
  readonly sequence: number
}

/** How many answered places are kept before the rest moves to the front: moving costs as much as this many answers. */
const answeredPlacesKept = 1_024

/** The questions under way, oldest first. */
class Sent {
  #places: Array<Numbered> = []
  #answered = 0

  get count(): number {
    return this.#places.length - this.#answered
  }

  get oldest(): Numbered | undefined {
    return this.#places[this.#answered]
  }

  add(numbered: Numbered): void {
    this.#places.push(numbered)
  }

  removeOldest(): void {
    this.#answered += 1
    if (this.#answered < answeredPlacesKept && this.count > 0) return
    this.#places = this.#places.slice(this.#answered)
    this.#answered = 0
  }

  takeAll(): ReadonlyArray<Question> {
    const rest = this.#places.slice(this.#answered)
    this.#places = []
    this.#answered = 0
    return rest.map(({ question }) => question)
  }
}

/** A stream that lost its place must not pass for answers. */
const belongsTo = ({ question: { opcode, key }, sequence }: Numbered, response: Response): boolean => {
  const { header } = response
  return (
    header.magic === answerMagic &&
    header.opaque === sequence &&
    header.opcode === opcode &&
    (opcode !== opcodes.getWithKey || response.key.toString() === key)
  )
}

/** What memjs has and its published types leave out or call read-only. */
type MemjsServer = Server & {
  username: string | undefined
  password: string | undefined
  _socket: Socket
  respond: (response: Response) => void
}
