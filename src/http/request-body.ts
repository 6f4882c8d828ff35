import { Duration, Effect, Schema, Stream } from "effect"
import type { HttpServerRequest } from "effect/http"

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

/** The whole body as text; never more of it in memory than the limit and one chunk. */
export const readBody = (
  request: HttpServerRequest.HttpServerRequest
): Effect.Effect<string, BodyTooLarge | BodyIncomplete> =>
  Number(request.headers["content-length"] ?? 0) > bodyMaxBytes
    ? Effect.fail(new BodyTooLarge())
    : request.stream.pipe(
        Stream.mapError(() => new BodyIncomplete()),
        Stream.runFoldEffect(
          (): Received => ({ chunks: [], bytes: 0 }),
          ({ chunks, bytes }, chunk) =>
            bytes + chunk.length > bodyMaxBytes
              ? Effect.fail(new BodyTooLarge())
              : Effect.succeed({ chunks: [...chunks, chunk], bytes: bytes + chunk.length })
        ),
        Effect.map(({ chunks }) => Buffer.concat(chunks).toString("utf8")),
        Effect.timeoutOrElse({
          duration: Duration.millis(bodyTimeoutMillis),
          orElse: () => Effect.fail(new BodyIncomplete())
        })
      )

interface Received {
  readonly chunks: ReadonlyArray<Uint8Array>
  readonly bytes: number
}
