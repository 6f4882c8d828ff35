/**
 * One TCP connection to memcached: one memjs `Server`, used once and thrown away when anything is wrong.
 *
 * memjs connects and authenticates. It keeps half-read bytes, timers and listeners of an old socket on its `Server` when it
 * reconnects; a `Server` that never sees a second socket cannot mix them up. From then on the connection is ours: requests and
 * their answers are matched here, since memcached answers in order, so that an answer belongs to the oldest question that has to
 * have one, or the stream is lost. Time-outs are ours too: memjs counts from the last byte in either direction, so that a stream
 * of new requests would keep a silent server alive.
 *
 * What is sent in one turn of the event loop goes out as one packet. All of it but the last is asked in its quiet form, which
 * memcached answers only when it does not come out as is usual; an answer to a later question says that those before it are
 * done. That halves the work of both sides.
 */
import type { Socket } from "node:net"
import { Server } from "memjs"
import { type Answer, AnswerStream, keyOf } from "./answer-stream.ts"
import type { Reply } from "./answers.ts"
import {
  answerMagic,
  mostRequestBytes,
  nothing,
  opcodes,
  quietForms,
  type QuietForm,
  type Request,
  statuses,
  writeRequest
} from "./binary-protocol.ts"
import { PacketMemory } from "./packet-memory.ts"
import { Sent } from "./sent.ts"

/** `Outdated`: not sent, since the version was read on an earlier connection, perhaps from a server that has restarted. */
export type Outcome =
  | { readonly _tag: "Answered"; readonly reply: Reply; readonly generation: number }
  | { readonly _tag: "Unavailable"; readonly problem: string }
  | { readonly _tag: "Unanswered"; readonly problem: string }
  | { readonly _tag: "Outdated" }

export interface Question {
  readonly request: Request
  /** The connection on which the request's version was read. */
  readonly generation: number | undefined
  readonly settle: (outcome: Outcome) => void
  /** In ticks, as the owner counts them. */
  deadlineTick: number
  /** Recognises its answer; given when it is sent. */
  sequence: number
  /** Its quiet form, if it was sent in one; decided when it is sent. */
  quiet: QuietForm | undefined
}

export interface ConnectionOptions {
  readonly host: string
  readonly port: number
  readonly username: string | undefined
  readonly password: string | undefined
}

export interface ConnectionOwner {
  readonly opened: () => void
  /** `unanswered`: the questions that had been sent. */
  readonly lost: (problem: string, unanswered: ReadonlyArray<Question>) => void
}

/** A day: memjs's own time-outs, which we replace, must not come first. */
const memjsTimeoutSeconds = 86_400

/** So that a router in between does not forget a quiet connection. */
const keepAliveDelaySeconds = 30

/**
 * A packet with this many leaves at once: the server works on it while the rest of the turn goes on, instead of the two waiting
 * for each other. As many as a group of new pairs asks first (`../chat/matchmaker.ts`): with fewer, a group would have to wait for the next one's packet.
 */
export const packetQuestions = 65

type State = "opening" | "open" | "lost"

export class MemjsConnection {
  readonly generation: number
  readonly #owner: ConnectionOwner
  readonly #socket: Socket
  readonly #sent = new Sent<Question>()
  readonly #silentlyDone: Outcome
  readonly #silentlyNotFound: Outcome
  #state: State = "opening"
  #sequence = 0
  #packet: Array<Question> = []
  readonly #memory = new PacketMemory()

  constructor(options: ConnectionOptions, generation: number, owner: ConnectionOwner) {
    this.generation = generation
    this.#silentlyDone = this.#answeredWith({ status: statuses.done })
    this.#silentlyNotFound = this.#answeredWith({ status: statuses.notFound })
    this.#owner = owner
    const server = new Server(options.host, options.port, undefined, undefined, {
      timeout: memjsTimeoutSeconds,
      conntimeout: memjsTimeoutSeconds,
      keepAlive: true,
      keepAliveDelay: keepAliveDelaySeconds
    }) as MemjsServer
    // Set after the constructor, which falls back to the environment's MEMCACHE_* and MEMCACHIER_*.
    server.username = options.username
    server.password = options.password
    server.error = () => this.lose("authentication failed")
    server.sock(false, () => this.#takeOver())
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
    return this.#sent.oldest?.deadlineTick ?? Number.POSITIVE_INFINITY
  }

  send(question: Question): void {
    if (question.generation !== undefined && question.generation !== this.generation) {
      question.settle({ _tag: "Outdated" })
      return
    }
    this.#sequence = (this.#sequence + 1) >>> 0
    question.sequence = this.#sequence
    this.#sent.add(question)
    this.#packet.push(question)
    // Sent when this turn of the event loop is over: what several messages ask leaves in one write, which costs as much as ten
    // questions.
    if (this.#packet.length === 1) setImmediate(() => this.#sendPacket())
    else if (this.#packet.length >= packetQuestions) this.#sendPacket()
  }

  /** Ends the connection; everything sent on it goes back to the owner. */
  lose(problem: string): void {
    if (this.#state === "lost") return
    this.#state = "lost"
    this.#socket.removeAllListeners()
    this.#socket.on("error", () => {})
    this.#socket.destroy()
    this.#packet = []
    this.#owner.lost(problem, this.#sent.takeAll())
  }

  /** The connection stands and is authenticated: memjs has nothing more to read. */
  #takeOver(): void {
    const answers = new AnswerStream((answer) => this.#answered(answer))
    this.#socket.removeAllListeners("data").on("data", (chunk: Buffer) => answers.push(chunk))
    this.#greet()
  }

  /** A server that accepts and then hangs, or wants a password that we lack, is found out before anything is sent to it. */
  #greet(): void {
    this.send({
      request: { opcode: opcodes.noop, key: "", extras: nothing, value: "", version: undefined },
      generation: undefined,
      deadlineTick: Number.POSITIVE_INFINITY,
      sequence: 0,
      quiet: undefined,
      settle: (outcome) => {
        if (outcome._tag !== "Answered") return
        if (outcome.reply.status !== statuses.done) return this.lose("greeting refused")
        this.#state = "open"
        this.#owner.opened()
      }
    })
  }

  #answered(answer: Answer): void {
    if (this.#state === "lost") return
    if (answer.status === statuses.notAuthenticated) return this.lose("authentication failed")
    const silent = silentBefore(answer, this.#sent)
    if (silent === undefined) return this.lose("an answer to another question")
    // A caller that is told may end the connection; then the rest is unanswered, and no longer here.
    for (let told = 0; told < silent; told += 1) this.#settleSilent(this.#sent.takeOldest())
    this.#sent.takeOldest()?.settle(this.#answeredWith(answer))
  }

  /** A question that needed no answer is answered by the silence. */
  #settleSilent(question: Question | undefined): void {
    if (question?.quiet === undefined) return
    question.settle(question.quiet.silence === statuses.done ? this.#silentlyDone : this.#silentlyNotFound)
  }

  #answeredWith(reply: Reply): Outcome {
    return { _tag: "Answered", reply, generation: this.generation }
  }

  #sendPacket(): void {
    const packet = this.#packet
    this.#packet = []
    const last = packet.at(-1)
    const most = packet.reduce((sum, question) => sum + mostRequestBytes(question.request), 0)
    const bytes = this.#memory.forPacket(most, this.#socket)
    let end = 0
    for (const question of packet) {
      const { request, sequence } = question
      question.quiet = question === last ? undefined : quietForms.get(request.opcode)
      end = writeRequest(bytes, end, question.quiet?.opcode ?? request.opcode, sequence, request)
    }
    if (end > 0) this.#socket.write(bytes.subarray(0, end))
  }
}

/**
 * How many questions before the answered one got no answer and needed none. Undefined: the stream lost its place, so what it
 * brings must not pass for answers.
 */
const silentBefore = (answer: Answer, sent: Sent<Question>): number | undefined => {
  let place = 0
  let question = sent.at(place)
  while (question !== undefined && question.sequence !== answer.sequence) {
    if (question.quiet === undefined) return undefined
    place += 1
    question = sent.at(place)
  }
  return question !== undefined && belongsTo(question, answer) ? place : undefined
}

const belongsTo = ({ request, quiet }: Question, answer: Answer): boolean =>
  answer.magic === answerMagic &&
  answer.opcode === (quiet?.opcode ?? request.opcode) &&
  (request.opcode !== opcodes.getWithKey || keyOf(answer) === request.key)

/** What memjs has and its published types leave out or call read-only. */
type MemjsServer = Server & {
  username: string | undefined
  password: string | undefined
  _socket: Socket
}
