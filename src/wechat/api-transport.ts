/** How a call reaches WeChat's API and its answer comes back: connections that stay open, and the bytes of one answer. */
import { Agent, type Dispatcher } from "@effect/platform-node/Undici"
import { Context, Effect, Exit, Layer, Schema } from "effect"
import { type Alarms, makeAlarmsOfAnyTime } from "../event-loop/alarms.ts"

/** The largest answers, a token or a menu, are a few KB. A longer one does not come from WeChat. */
const answerMaxBytes = 1024 * 1024

/**
 * There is no whole answer. `no connection`: nothing was sent. Otherwise the connection broke, the answer was too large, or
 * none came in time: whether the call was carried out is not known.
 */
export class ApiAnswerMissing extends Schema.TaggedError<ApiAnswerMissing>()("ApiAnswerMissing", {
  reason: Schema.Literals(["no connection", "network", "timeout"]),
  /** Without the address, which holds the access token. */
  problem: Schema.String
}) {}

export interface ApiRequest {
  readonly method: "GET" | "POST"
  readonly url: URL
  /** Of a POST; JSON. */
  readonly body?: string
  /** Until the whole answer has to be there. */
  readonly timeoutMillis: number
}

export interface ApiAnswer {
  readonly status: number
  readonly text: string
}

export class ApiTransport extends Context.Service<
  ApiTransport,
  {
    /** An interruption ends the call, and its connection. */
    readonly send: (request: ApiRequest) => Effect.Effect<ApiAnswer, ApiAnswerMissing>
  }
>()("xiaohou/wechat/ApiTransport") {
  /**
   * Takes nothing but the bytes of an answer from Undici. Its `request`, and Effect's client on top of that, make a stream of
   * each answer, which is freed by a full garbage collection only; and a push is most of what a relayed line costs.
   */
  static readonly layer: Layer.Layer<ApiTransport> = Layer.effect(
    ApiTransport,
    Effect.gen(function* () {
      const agent = yield* Effect.acquireRelease(
        Effect.sync(() => new Agent({ headersTimeout: 0, bodyTimeout: 0 })),
        (agent) => Effect.promise(() => agent.destroy())
      )
      const alarmsAfter = yield* makeAlarmsOfAnyTime
      return {
        send: (request: ApiRequest) => sendBy(agent, request, alarmsAfter(request.timeoutMillis))
      }
    })
  )
}

const sendBy = (
  agent: Dispatcher,
  request: ApiRequest,
  alarms: Alarms
): Effect.Effect<ApiAnswer, ApiAnswerMissing> =>
  Effect.callback((resume) => {
    const collector = new Collector((outcome) => {
      takeBack()
      resume(outcome)
    })
    const giveUp = (reason: "network" | "timeout", problem: string): void => {
      takeBack()
      resume(Effect.fail(collector.missing(reason, problem)))
      collector.giveUp(problem)
    }
    const takeBack = alarms.set(Effect.sync(() => giveUp("timeout", "no answer in time")))
    agent.dispatch(optionsOf(request), collector)
    return Effect.sync(() => giveUp("network", "nobody waits for it any more"))
  })

/** Puts one answer together. */
class Collector implements Dispatcher.DispatchHandler {
  readonly #end: (outcome: Exit.Exit<ApiAnswer, ApiAnswerMissing>) => void
  readonly #chunks: Array<Buffer> = []
  #bytes = 0
  #status = 0
  #controller: Dispatcher.DispatchController | undefined
  #givenUp: Error | undefined

  constructor(end: (outcome: Exit.Exit<ApiAnswer, ApiAnswerMissing>) => void) {
    this.#end = end
  }

  missing(reason: "network" | "timeout", problem: string): ApiAnswerMissing {
    const wasSent = this.#controller !== undefined
    return new ApiAnswerMissing({ reason: wasSent ? reason : "no connection", problem })
  }

  /** If the request was not sent yet, it will not be. */
  giveUp(problem: string): void {
    this.#givenUp = new Error(problem)
    this.#controller?.abort(this.#givenUp)
  }

  /** A connection stands, and the call is about to be written. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#givenUp !== undefined) controller.abort(this.#givenUp)
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.#status = status
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    if (this.#bytes > answerMaxBytes) this.giveUp("too large")
  }

  onResponseEnd(): void {
    const [only, second] = this.#chunks
    const bytes = second === undefined ? (only ?? noBytes) : Buffer.concat(this.#chunks)
    this.#end(Exit.succeed({ status: this.#status, text: utf8.decode(bytes) }))
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#end(Exit.fail(this.missing("network", error.message)))
  }
}

const noBytes = Buffer.alloc(0)

/** Leaves out a byte order mark at the beginning. */
const utf8 = new TextDecoder()

const optionsOf = ({ method, url, body }: ApiRequest): Dispatcher.DispatchOptions => ({
  origin: url.origin,
  path: url.pathname + url.search,
  method,
  ...(body === undefined ? {} : { body, headers: jsonHeaders })
})

const jsonHeaders = { "content-type": "application/json; charset=utf-8" } as const
