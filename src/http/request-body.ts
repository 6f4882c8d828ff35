import type { Readable } from "node:stream"
import { Effect, Schema, type Scope } from "effect"
import type { HttpServerRequest } from "effect/http"
import { type Alarms, makeAlarms } from "../chat/alarms.ts"

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

export type BodyReader = (
  request: HttpServerRequest.HttpServerRequest
) => Effect.Effect<string, BodyTooLarge | BodyIncomplete>

/** Reads whole bodies as text; never more of one in memory than the limit and one chunk. For those who read many. */
export const makeBodyReader: Effect.Effect<BodyReader, never, Scope.Scope> = Effect.map(
  makeAlarms(bodyTimeoutMillis),
  (timeouts) => (request) =>
    Number(request.headers["content-length"] ?? 0) > bodyMaxBytes
      ? Effect.fail(new BodyTooLarge())
      : received(request.source as Readable, timeouts)
)

/** Reads one body. */
export const readBody: BodyReader = (request) =>
  Effect.scoped(Effect.flatMap(makeBodyReader, (read) => read(request)))

/** From Node's own stream: one of Effect's around it costs more than all else that is done with a short message. */
const received = (source: Readable, timeouts: Alarms): ReturnType<BodyReader> =>
  Effect.callback((resume) => {
    const chunks: Array<Buffer> = []
    let bytes = 0
    const letGo = () => {
      takeBack()
      source.off("data", onData).off("end", onEnd).off("error", onBroken).off("close", onBroken)
    }
    const settle = (result: ReturnType<BodyReader>) => {
      letGo()
      resume(result)
    }
    const onData = (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > bodyMaxBytes) settle(Effect.fail(new BodyTooLarge()))
      else chunks.push(chunk)
    }
    const onEnd = () => settle(Effect.succeed(Buffer.concat(chunks).toString("utf8")))
    const onBroken = () => settle(Effect.fail(new BodyIncomplete()))
    const takeBack = timeouts.set(Effect.sync(onBroken))
    if (source.destroyed) return onBroken()
    source.on("data", onData).on("end", onEnd).on("error", onBroken).on("close", onBroken)
    return Effect.sync(letGo)
  })
