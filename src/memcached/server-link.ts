/** The way to one memcached server: at most one connection, opened when needed, with limits on time and number. */
import { type ConnectionOptions, MemjsConnection, type Outcome, type Question } from "./memjs-connection.ts"

/** How often deadlines are looked at. They are counted in ticks, so that a process that stood still does not take that for silence. */
export const tickMillis = 50

/** A reply must be ready within 4.5 s, and an action takes up to about four operations one after another. */
export const operationTimeoutMillis = 1000

/** From the first packet to the answer to our greeting; people wait for it, so it leaves room for the rest of a reply. */
export const connectTimeoutMillis = 500

/** After a failed attempt, operations fail at once for this long: a server that is down costs one attempt, not one per user. */
export const reconnectPauseMillis = 200

/** Per server; at a few microseconds each the last of them still makes its deadline. */
export const inFlightLimit = 8192

export class ServerLink {
  readonly address: string
  readonly #options: ConnectionOptions
  #connection: MemjsConnection | undefined
  #waiting: Array<Question> = []
  #generation = 0
  #tick = 0
  #connectByTick = 0
  #retryAtTick = 0
  #lastProblem = ""
  #closed = false

  constructor(options: ConnectionOptions) {
    this.#options = options
    this.address = `${options.host}:${options.port}`
  }

  /** Settles the question exactly once, at the latest after {@link operationTimeoutMillis} and a tick. */
  submit(question: Question): void {
    if (this.#closed) return refuse(question, "closed")
    const connection = this.#connection
    if (connection === undefined) {
      if (this.#tick < this.#retryAtTick) return refuse(question, this.#lastProblem)
      this.#waiting.push(question)
      return this.#connect()
    }
    if (connection.sentCount + this.#waiting.length >= inFlightLimit) {
      return refuse(question, "too many operations under way")
    }
    question.deadlineTick = this.#tick + inTicks(operationTimeoutMillis)
    if (connection.open) connection.send(question)
    else this.#waiting.push(question)
  }

  /** To be called every {@link tickMillis}. */
  tick(): void {
    this.#tick += 1
    const connection = this.#connection
    if (connection === undefined) return
    if (!connection.open) {
      if (this.#connectByTick <= this.#tick) connection.lose(`not open within ${connectTimeoutMillis} ms`)
    } else if (connection.oldestDeadlineTick <= this.#tick) {
      connection.lose(`no answer within ${operationTimeoutMillis} ms`)
    }
  }

  close(): void {
    this.#closed = true
    this.#connection?.lose("closed")
  }

  #connect(): void {
    this.#generation += 1
    this.#connectByTick = this.#tick + inTicks(connectTimeoutMillis)
    let wasOpen = false
    this.#connection = new MemjsConnection(this.#options, this.#generation, {
      opened: () => {
        wasOpen = true
        for (const question of this.#takeWaiting()) this.submit(question)
      },
      lost: (problem, unanswered) => {
        this.#connection = undefined
        this.#lastProblem = problem
        if (!wasOpen) this.#retryAtTick = this.#tick + inTicks(reconnectPauseMillis)
        // First all state, then the callers: they may submit again at once.
        for (const question of this.#takeWaiting()) refuse(question, problem)
        for (const question of unanswered) question.settle({ _tag: "Unanswered", problem })
      }
    })
  }

  #takeWaiting(): ReadonlyArray<Question> {
    const waiting = this.#waiting
    this.#waiting = []
    return waiting
  }
}

/** Plus one tick: the current tick may be nearly over. */
const inTicks = (millis: number): number => Math.ceil(millis / tickMillis) + 1

const refuse = (question: Question, problem: string): void => {
  const outcome: Outcome = { _tag: "Unavailable", problem }
  question.settle(outcome)
}
