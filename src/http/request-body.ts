import type { Readable } from "node:stream"
import { Effect, Result, Schema, type Scope } from "effect"
import type { HttpServerRequest } from "effect/http"
import { makeAlarms } from "../event-loop/alarms.ts"

/** A WeChat message is a few kilobytes; three times that in compatible mode (protocol notes 2.1). */
export const bodyMaxBytes = 64 * 1024

/** WeChat itself gives up after 5 s. */
export const bodyTimeoutMillis = 5_000

/** The body is larger than `bodyMaxBytes`: 413. */
export class BodyTooLarge extends Schema.TaggedError<BodyTooLarge>()("BodyTooLarge", {}) {
  override get message() {
    return `the body is over ${bodyMaxBytes} bytes`
  }
}

/** The body was not complete in `bodyTimeoutMillis`, or its connection broke: 408. */
export class BodyIncomplete extends Schema.TaggedError<BodyIncomplete>()("BodyIncomplete", {}) {
  override get message() {
    return `the body was not complete after ${bodyTimeoutMillis} ms`
  }
}

/** A whole body as text, or why there is none. */
export type Body = Result.Result<string, BodyTooLarge | BodyIncomplete>

export type BodyReader = (
  request: HttpServerRequest.HttpServerRequest
) => Effect.Effect<string, BodyTooLarge | BodyIncomplete>

/** Calls `settle` with the body. What it gives back lets go of the source; then `settle` is not called. */
export type BodyCollector = (source: Readable, settle: (body: Body) => void) => () => void

/** From Node's own streams: one of Effect's streams around it costs more than everything else that a short message needs. */
export const makeBodyCollector: Effect.Effect<BodyCollector, never, Scope.Scope> = Effect.map(
  makeAlarms(bodyTimeoutMillis),
  (timeouts) => (source, settle) => {
    const chunks: Array<Buffer> = []
    let bytes = 0
    let isSettled = false
    const letGo = () => {
      isSettled = true
      takeBack()
    }
    // The listeners stay, since taking them off costs more than their last calls; so each of them first asks whether it is over.
    const settled = (body: Body) => {
      letGo()
      settle(body)
    }
    const onData = (chunk: Buffer) => {
      if (isSettled) return
      bytes += chunk.length
      if (bytes > bodyMaxBytes) settled(Result.fail(new BodyTooLarge()))
      else chunks.push(chunk)
    }
    const onEnd = () => {
      if (!isSettled) settled(Result.succeed(Buffer.concat(chunks).toString("utf8")))
    }
    const onBroken = () => {
      if (!isSettled) settled(Result.fail(new BodyIncomplete()))
    }
    const takeBack = timeouts.set(Effect.sync(onBroken))
    if (source.destroyed) onBroken()
    else source.on("data", onData).on("end", onEnd).on("error", onBroken).on("close", onBroken)
    return letGo
  }
)

/** Reads whole bodies as text, with never more of one in memory than the limit and one chunk. For callers that read many. */
export const makeBodyReader: Effect.Effect<BodyReader, never, Scope.Scope> = Effect.map(
  makeBodyCollector,
  (collect) => (request) =>
    Number(request.headers["content-length"] ?? 0) > bodyMaxBytes
      ? Effect.fail(new BodyTooLarge())
      : Effect.callback((resume) => {
          const letGo = collect(request.source as Readable, (body) => resume(Effect.fromResult(body)))
          return Effect.sync(letGo)
        })
)

/** Reads one body. */
export const readBody: BodyReader = (request) =>
  Effect.scoped(Effect.flatMap(makeBodyReader, (read) => read(request)))
