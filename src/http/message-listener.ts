import type { IncomingMessage, ServerResponse } from "node:http"
import { Clock, Effect, Exit, Fiber, Result } from "effect"
import { makeTurnEnd } from "../event-loop/turn-end.ts"
import {
  type CallbackAnswer,
  type CallbackQuery,
  callbackQuery,
  type MessageCallback
} from "./message-callback.ts"
import { type NodeListener, PastRouter } from "./past-router.ts"
import { endsConnection } from "./refusals.ts"
import { type Body, bodyMaxBytes, makeBodyCollector } from "./request-body.ts"

/**
 * Answers messages with Node's own means, one fiber for each. Messages whose bodies came in one turn of the event loop begin
 * together at its end, and the answers of one turn leave together: the processor has everything for that at hand. A request
 * that is refused before, or does not say how long it is, is left to the router.
 */
export const makeMessageListener = Effect.fnUntraced(function* (path: string, callback: MessageCallback) {
  const { isLast } = yield* PastRouter
  const clock = yield* Clock.Clock
  const collect = yield* makeBodyCollector
  const run = Effect.runForkWith(yield* Effect.context<never>())
  const toBegin = makeTurnEnd()
  const toWrite = makeTurnEnd()
  const underWay = new Set<Fiber.Fiber<CallbackAnswer>>()
  let isEnding = false
  yield* Effect.addFinalizer(() => {
    isEnding = true
    return Fiber.interruptAll(underWay)
  })

  const write = (response: ServerResponse, exit: Exit.Exit<CallbackAnswer>): void => {
    if (response.destroyed) return
    if (isLast()) response.shouldKeepAlive = false
    if (Exit.isFailure(exit)) {
      const isEnding = Exit.hasInterrupts(exit)
      if (!isEnding) run(Effect.logError("a message could not be answered", exit.cause))
      response.writeHead(isEnding ? unavailable : broken).end()
    } else if (exit.value._tag === "Refused") {
      const { status } = exit.value
      if (endsConnection(status)) response.shouldKeepAlive = false
      response.writeHead(status).end()
    } else {
      const { text, contentType } = exit.value
      response
        .writeHead(200, { "content-type": contentType, "content-length": Buffer.byteLength(text) })
        .end(text)
    }
  }

  const answer = (request: IncomingMessage, response: ServerResponse, query: CallbackQuery): void => {
    let fiber: Fiber.Fiber<CallbackAnswer> | undefined
    const begin = (body: Body): void => {
      if (response.destroyed) return
      if (isEnding) return write(response, Exit.interrupt())
      // Inside the fiber: what is thrown while a body is read ends its own request, not the process.
      const answering = run(
        Effect.suspend(() =>
          Result.isSuccess(body) ? callback.answer(query, body.success) : callback.unread(query, body.failure)
        )
      )
      fiber = answering
      underWay.add(answering)
      answering.addObserver((exit) => {
        underWay.delete(answering)
        toWrite(() => write(response, exit))
      })
    }
    const letGo = collect(request, (body) => toBegin(() => begin(body)))
    response.on("close", () => {
      if (response.writableEnded) return
      letGo()
      fiber?.interruptUnsafe()
    })
  }

  const listener: NodeListener = (request, response) => {
    const { method, url = "", headers } = request
    if (method !== "POST" || !isAt(path, url)) return false
    const length = Number(headers["content-length"] ?? Number.NaN)
    if (!(length <= bodyMaxBytes)) return false
    const query = callbackQuery(url)
    if (callback.problem(query, clock.currentTimeMillisUnsafe()) !== undefined) return false
    answer(request, response, query)
    return true
  }
  return listener
})

const isAt = (path: string, url: string): boolean =>
  url.startsWith(path) && (url.length === path.length || url[path.length] === "?")

/** The server ends before the answer is there: WeChat sends the message again. */
const unavailable = 503
/** For a defect, which is logged. */
const broken = 500
