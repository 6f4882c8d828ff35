/** One exchange with the campus gateway: a form out, a text in, and what the school said as typed errors (contract of the gateway). */
import { Effect, Option, Redacted, Schema, Stream } from "effect"
import { FetchHttpClient, HttpClient, HttpClientRequest, type HttpClientResponse } from "effect/http"

/** The calls of the gateway that we make, each with its path under the base URL. */
export const paths = {
  signIn: "/uc/auth",
  timetable: "/api/curriculum",
  notices: "/api/jwc",
  freeRooms: "/api/newemptyroom",
  books: "/api/library",
  renew: "/api/renew",
  running: "/api/pe"
} as const
export type GatewayCall = keyof typeof paths

const call = Schema.Literals(Object.keys(paths) as ReadonlyArray<GatewayCall>)

/** 401: the card number or the password, given now or stored by the gateway, is wrong. Bind again. */
export class GatewayUnauthorised extends Schema.TaggedError<GatewayUnauthorised>()("GatewayUnauthorised", {
  call
}) {
  override get message() {
    return `the campus gateway refused ${this.call}: card number or password is wrong`
  }
}

/** 201: the gateway is fetching this from the school; ask again soon. */
export class GatewayRefreshing extends Schema.TaggedError<GatewayRefreshing>()("GatewayRefreshing", {
  call
}) {
  override get message() {
    return `the campus gateway is still fetching ${this.call}`
  }
}

/** Why there is no answer. `resting`: the gateway was not asked, since it failed several times just now. */
const gatewayFailures = [
  "network",
  "timeout",
  "server error",
  "request refused",
  "answer not understood",
  "resting"
] as const

/** No usable answer, for a reason that the user can do nothing about. */
export class GatewayFailed extends Schema.TaggedError<GatewayFailed>()("GatewayFailed", {
  call,
  reason: Schema.Literals(gatewayFailures)
}) {
  override get message() {
    return `the campus gateway did not answer ${this.call}: ${this.reason}`
  }
}

export type GatewayError = GatewayUnauthorised | GatewayRefreshing | GatewayFailed

/** Whether the gateway is away or broken. A wrong password or a refresh under way is an answer of a healthy one. */
export const isUnwell = (error: GatewayError): boolean =>
  error._tag === "GatewayFailed" && error.reason !== "request refused"

/** Form fields; secrets are opened only when they are sent, and an absent field is left out. */
export type Fields = Readonly<Record<string, string | Redacted.Redacted | undefined>>

/** What the original client allowed one call. */
const callTimeoutMillis = 3_500

/** A term's timetable or a year's notices are some tens of kilobytes. */
const answerMaxBytes = 1024 * 1024

/** The text of an answer that says 200 both as HTTP status and, if the body has one, as `code`. */
export const exchange = (
  client: HttpClient.HttpClient,
  gatewayUrl: string,
  call: GatewayCall,
  fields: Fields
): Effect.Effect<string, GatewayError> => {
  const failed = (reason: GatewayFailed["reason"]) => new GatewayFailed({ call, reason })
  const request = HttpClientRequest.post(gatewayUrl + paths[call]).pipe(
    HttpClientRequest.bodyUrlParams(openedFields(fields))
  )
  return client.execute(request).pipe(
    Effect.mapError(() => failed("network")),
    Effect.flatMap((response) => Effect.map(textOf(response, failed), (text) => ({ response, text }))),
    Effect.timeoutOrElse({ duration: callTimeoutMillis, orElse: () => Effect.fail(failed("timeout")) }),
    Effect.flatMap(({ response, text }) => judged(call, codeOf(response.status, text), text)),
    // If the answer leads to another address, that one does not get the password meant for this one.
    Effect.provideService(FetchHttpClient.RequestInit, { redirect: "manual" }),
    Effect.provideService(HttpClient.TracerDisabledWhen, () => true)
  )
}

/** What is sent: the secrets in plain, and nothing for what is absent. */
const openedFields = (fields: Fields): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Redacted.isRedacted(value) ? Redacted.value(value) : value]]
    )
  )

const textOf = (
  response: HttpClientResponse.HttpClientResponse,
  failed: (reason: GatewayFailed["reason"]) => GatewayFailed
): Effect.Effect<string, GatewayFailed> =>
  response.stream.pipe(
    Stream.mapError(() => failed("network")),
    Stream.runFoldEffect(
      (): Received => ({ chunks: [], bytes: 0 }),
      ({ chunks, bytes }, chunk) => {
        chunks.push(chunk)
        return bytes + chunk.length > answerMaxBytes
          ? Effect.fail(failed("answer not understood"))
          : Effect.succeed({ chunks, bytes: bytes + chunk.length })
      }
    ),
    Effect.map(({ chunks }) => Buffer.concat(chunks).toString("utf8"))
  )

interface Received {
  readonly chunks: Array<Uint8Array>
  readonly bytes: number
}

/** Codes of the gateway, in the body or as HTTP status. */
const codes = {
  good: 200,
  refreshing: 201,
  missingFields: 400,
  unauthorised: 401,
  noSuchCall: 404,
  schoolTimeout: 408,
  clientTimeout: 599
} as const
const firstServerError = 500

/** The body's own `code` counts, unless it says 200 and the HTTP status does not. */
const codeOf = (status: number, text: string): number => {
  const inBody = Option.getOrUndefined(parseCode(text))?.code
  const code = inBody === undefined ? undefined : Number(inBody)
  return code === undefined || (code === codes.good && status !== codes.good) ? status : code
}

const parseCode = Schema.decodeUnknownOption(
  Schema.fromJsonString(
    Schema.Struct({ code: Schema.Union([Schema.Int, Schema.String.check(Schema.isPattern(/^\d{3}$/))]) })
  )
)

const judged = (call: GatewayCall, code: number, text: string): Effect.Effect<string, GatewayError> => {
  switch (code) {
    case codes.good:
      // An empty answer to a sign-in means the same as 401.
      return call === "signIn" && text.trim() === ""
        ? Effect.fail(new GatewayUnauthorised({ call }))
        : Effect.succeed(text)
    case codes.refreshing:
      return Effect.fail(new GatewayRefreshing({ call }))
    case codes.unauthorised:
      return Effect.fail(new GatewayUnauthorised({ call }))
    case codes.missingFields:
    case codes.noSuchCall:
      return Effect.fail(new GatewayFailed({ call, reason: "request refused" }))
    case codes.schoolTimeout:
    case codes.clientTimeout:
      return Effect.fail(new GatewayFailed({ call, reason: "timeout" }))
    default:
      return Effect.fail(
        new GatewayFailed({
          call,
          reason: code >= firstServerError ? "server error" : "answer not understood"
        })
      )
  }
}
