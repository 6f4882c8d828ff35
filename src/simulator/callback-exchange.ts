/** One request of WeChat to the service and its answer: signed, in the mode that the console says, within the time that WeChat waits. */
import { Clock, Duration, Effect, Random, type Redacted } from "effect"
import { HttpClient, HttpClientRequest } from "effect/http"
import type { EnvelopeKeys } from "../wechat/envelope.ts"
import { requestSignature } from "../wechat/signature.ts"
import type { NoAnswer } from "./callback-problem.ts"
import { writeCallback } from "./callback-envelope.ts"
import type { CallbackMode } from "./conditions.ts"

/** The line to the service, as WeChat's console and the conditions set it. */
export interface CallbackLine {
  /** Where the service listens, as entered in WeChat's console; several for several servers behind one name. */
  readonly callbackUrls: readonly [string, ...ReadonlyArray<string>]
  readonly token: Redacted.Redacted
  /** For the sealed modes; undefined without a key. */
  readonly keys: EnvelopeKeys | undefined
  readonly accountId: string
  /** How long WeChat waits for one attempt. */
  readonly attemptLimitMillis: number
  /** Whether a media id is one of WeChat's. */
  readonly knowsMedia: (mediaId: string, nowMillis: number) => boolean
  readonly mode: () => CallbackMode
  /** By how much WeChat's clock is ahead. */
  readonly clockAheadMillis: () => number
}

/** What one request carried and what came back. */
export interface Exchanged {
  readonly url: string
  readonly requestBody: string
  readonly answer: HttpAnswer | NoAnswer
}

/** A complete answer. */
export interface HttpAnswer {
  readonly _tag: "Answered"
  readonly status: number
  readonly body: Buffer
}

/** WeChat's time, in whole seconds. */
export const secondsOnLine = (line: CallbackLine): Effect.Effect<number> =>
  Effect.map(Clock.currentTimeMillis, (now) => Math.floor((now + line.clockAheadMillis()) / 1000))

/** Sends a readable callback in the mode in force. */
export const postCallback = Effect.fnUntraced(function* (
  line: CallbackLine,
  address: string,
  openid: string,
  plain: string,
  limitMillis: number
): Effect.fn.Return<Exchanged, never, HttpClient.HttpClient> {
  const stamp = yield* newStamp(line)
  const written = yield* writeCallback(line.mode(), line.keys, plain, line.accountId, stamp)
  const url = signedUrl(line, address, stamp)
  url.searchParams.set("openid", openid)
  for (const [name, value] of Object.entries(written.query)) url.searchParams.set(name, value)
  const request = HttpClientRequest.post(url).pipe(HttpClientRequest.bodyText(written.body, "text/xml"))
  return {
    url: url.href,
    requestBody: written.body,
    answer: yield* exchange(request, limitMillis)
  }
})

/** Sends a request within WeChat's patience, and gives what came of it. */
export const exchange = (
  request: HttpClientRequest.HttpClientRequest,
  limitMillis: number
): Effect.Effect<HttpAnswer | NoAnswer, never, HttpClient.HttpClient> =>
  HttpClient.execute(request).pipe(
    Effect.flatMap((response) =>
      Effect.map(response.arrayBuffer, (body): HttpAnswer | NoAnswer => ({
        _tag: "Answered",
        status: response.status,
        body: Buffer.from(body)
      }))
    ),
    Effect.timeoutOrElse({
      duration: Duration.millis(limitMillis),
      orElse: () => Effect.succeed<NoAnswer>({ _tag: "TooLate", limitMillis })
    }),
    Effect.catch((error) => Effect.succeed(failureOf(error))),
    // A span would hold the openid and the signature of the address.
    Effect.provideService(HttpClient.TracerDisabledWhen, () => true)
  )

/** Codes of the operating system for a host that nobody knows, and for one where nobody listens. */
const nameUnknown: ReadonlySet<string> = new Set(["ENOTFOUND", "EAI_AGAIN"])
const noConnection: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT"
])

const failureOf = (error: unknown): NoAnswer => {
  const code = codeIn(error)
  if (nameUnknown.has(code)) return { _tag: "NameUnknown" }
  return noConnection.has(code) ? { _tag: "NoConnection" } : { _tag: "ConnectionLost" }
}

/** The first code found in an error, its reason and its causes. */
const codeIn = (error: unknown): string => {
  if (typeof error !== "object" || error === null) return ""
  if ("code" in error && typeof error.code === "string") return error.code
  const within = ["reason", "cause", "errors"].map((name) => Reflect.get(error, name) as unknown)
  return (
    within
      .flat()
      .map(codeIn)
      .find((code) => code !== "") ?? ""
  )
}

interface Stamp {
  readonly timestamp: string
  readonly nonce: string
}

export const newStamp = Effect.fnUntraced(function* (line: CallbackLine) {
  return { timestamp: String(yield* secondsOnLine(line)), nonce: yield* randomDigits } satisfies Stamp
})

export const signedUrl = (line: CallbackLine, address: string, { timestamp, nonce }: Stamp): URL => {
  const url = new URL(address)
  url.searchParams.set("signature", requestSignature(line.token, timestamp, nonce))
  url.searchParams.set("timestamp", timestamp)
  url.searchParams.set("nonce", nonce)
  return url
}

export const randomDigits = Effect.map(Random.nextIntBetween(100_000_000, 2_000_000_000), String)
