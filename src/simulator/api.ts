/** WeChat's HTTP API as the account calls it: `/cgi-bin/…` (and `/wxa/msg_sec_check`), HTTP 200 with `{errcode, errmsg}` also for refusals. */
import { ByteSize, Clock, Effect, Fiber, Result, type Layer, type Scope } from "effect"
import { HttpIncomingMessage, HttpRouter, HttpServerResponse, type HttpServerRequest } from "effect/http"
import { endpoints, type Call, type Endpoint } from "./api-endpoints.ts"
import { errcodeWords, gatewayError } from "./errcode-words.ts"
import { refusalBody, refuse, refuseWith, type ApiRefusal } from "./errcode.ts"
import type { ApiFault } from "./fault-plan.ts"
import { maxMediaBytes } from "./media-store.ts"
import { Platform } from "./platform.ts"

/** Routes of the API; they need `Platform`. Mount them on a loopback port of their own, or beside the page. */
export const simulatorApiRoutes: Layer.Layer<never, never, HttpRouter.HttpRouter | Platform> = HttpRouter.use(
  Effect.fnUntraced(function* (router) {
    const platform = yield* Platform
    const scope = yield* Effect.scope
    for (const [path, endpoint] of Object.entries(endpoints)) {
      yield* router.add("*", `/cgi-bin/${path}`, answerCall(platform, endpoint, scope))
    }
    yield* router.add("GET", "/cgi-bin/media/get", (request) => sendMedia(platform, request))
    yield* router.add("*", "/cgi-bin/*", answerCall(platform, unknownEndpoint, scope))
    yield* router.add("POST", "/wxa/msg_sec_check", answerCall(platform, ofMiniPrograms, scope))
    yield* router.addGlobalMiddleware(Effect.flatMap((response) => dated(platform, response)))
  })
)

const unknownEndpoint: Endpoint = {
  method: "*",
  needsToken: false,
  answer: () => Effect.fail(refuse("callUnknown"))
}

/** The check of texts wants a mini program's token (notes 8). */
const ofMiniPrograms: Endpoint = {
  method: "POST",
  needsToken: true,
  answer: () => Effect.fail(refuse("notPermitted"))
}

/** A file of the longest sort and the form around it. */
const maxBodySize = ByteSize.bytes(maxMediaBytes + 65_536)

/** What a proxy in front of WeChat answers if nothing stands behind it. */
const badGateway = 502

/** With the time of WeChat's clock, by which an account can notice that its own is wrong. */
const dated = (platform: Platform["Service"], response: HttpServerResponse.HttpServerResponse) =>
  Effect.gen(function* () {
    const { clockAheadSeconds } = yield* platform.conditions
    if (clockAheadSeconds === 0) return response
    const theirs = new Date((yield* Clock.currentTimeMillis) + clockAheadSeconds * 1_000)
    return HttpServerResponse.setHeader(response, "date", theirs.toUTCString())
  })

/** What the wire says of a call whose caller was gone before the answer. */
const hungUpWords = "服务没有等到回答就挂断了；这次调用照样做了。"

/** Carries a call out to its end, even if the caller no longer waits for the answer. */
const answerCall = (platform: Platform["Service"], endpoint: Endpoint, scope: Scope.Scope) =>
  Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
    const startMillis = yield* Clock.currentTimeMillis
    const url = new URL(request.url, `http://${request.headers["host"] ?? "localhost"}`)
    const contentType = request.headers["content-type"] ?? ""
    const bytes = yield* request.arrayBuffer.pipe(
      Effect.provideService(HttpIncomingMessage.MaxBodySize, maxBodySize),
      Effect.map((buffer) => new Uint8Array(buffer)),
      Effect.orElseSucceed(() => new Uint8Array())
    )
    const body = contentType.startsWith("multipart/") ? "" : new TextDecoder().decode(bytes)
    const call: Call = { platform, query: url.searchParams, body, upload: { contentType, bytes } }
    const struck = yield* platform.account.faultsOn(url.pathname)
    let hungUp = false
    const work = Effect.gen(function* () {
      const answer = yield* faulty(struck, carryOut(endpoint, request.method, url.pathname, call))
      const answerBody = JSON.stringify(answer.value)
      platform.account.recordCall({
        atMillis: startMillis,
        direction: "api",
        path: url.pathname,
        what: request.method,
        openid: openidIn(body),
        attempt: 1,
        status: answer.status,
        outcome: answer.outcome,
        explanation: hungUp ? hungUpWords : errcodeWords(answer.outcome),
        good: answer.outcome === "ok" && !hungUp,
        durationMillis: (yield* Clock.currentTimeMillis) - startMillis,
        faults: struck.map(({ fault }) => fault),
        raw: {
          method: request.method,
          url: url.href,
          requestBody: body === "" && bytes.length > 0 ? `(${bytes.length} bytes, ${contentType})` : body,
          openedRequest: "",
          answerBody,
          openedAnswer: ""
        }
      })
      return HttpServerResponse.text(answerBody, {
        status: answer.status,
        contentType: "application/json; encoding=utf-8"
      })
    })
    return yield* Fiber.join(yield* Effect.forkIn(work, scope)).pipe(
      Effect.onInterrupt(() =>
        Effect.sync(() => {
          hungUp = true
        })
      )
    )
  })

/** An answer as it goes over the wire. */
interface Answered {
  readonly status: number
  readonly value: object
  /** `ok`, the errcode, or what was done on purpose. */
  readonly outcome: string
}

/** Carries a call out under the faults that struck; the first one that refuses it decides. */
const faulty = Effect.fnUntraced(function* (
  struck: ReadonlyArray<ApiFault>,
  work: Effect.Effect<object, ApiRefusal>
): Effect.fn.Return<Answered> {
  for (const fault of struck) {
    if (fault.fault === "slow-api") yield* Effect.sleep(fault.millis)
  }
  const gone: Answered = { status: badGateway, value: {}, outcome: gatewayError }
  if (struck.some(({ fault }) => fault === "bad-gateway")) return gone
  const refusal = struck.find((fault) => fault.fault === "refuse")
  const forced = refusal === undefined ? work : Effect.fail(refuseWith(refusal.errcode))
  const result = yield* Effect.result(forced)
  if (struck.some(({ fault }) => fault === "lose-result")) return gone
  return Result.isSuccess(result)
    ? { status: 200, value: result.success, outcome: "ok" }
    : {
        status: 200,
        value: yield* refusalBody(result.failure),
        outcome: String(result.failure.errcode)
      }
})

const carryOut = Effect.fnUntraced(function* (endpoint: Endpoint, method: string, path: string, call: Call) {
  if (endpoint.method === "GET" && method !== "GET") return yield* refuse("getRequired")
  if (endpoint.method === "POST" && method !== "POST") return yield* refuse("postRequired")
  if (endpoint.needsToken) {
    yield* call.platform.account.checkToken(call.query.get("access_token") ?? undefined)
  }
  if (endpoint !== unknownEndpoint) yield* call.platform.account.admit(path)
  return yield* endpoint.answer(call)
})

const openidIn = (body: string): string => /"touser"\s*:\s*"([\w-]+)"/.exec(body)?.[1] ?? ""

/** `media/get` answers the bytes themselves; 40007 for an id that is not, or not any more. */
const sendMedia = Effect.fnUntraced(function* (
  platform: Platform["Service"],
  request: HttpServerRequest.HttpServerRequest
) {
  const query = new URL(request.url, "http://localhost").searchParams
  const answer = Effect.gen(function* () {
    yield* platform.account.checkToken(query.get("access_token") ?? undefined)
    const found = yield* platform.media(query.get("media_id") ?? "")
    if (found === undefined) return yield* refuse("mediaInvalid")
    return HttpServerResponse.uint8Array(found.bytes, { contentType: found.contentType })
  })
  return yield* Effect.catch(answer, (refusal) =>
    Effect.map(refusalBody(refusal), HttpServerResponse.jsonUnsafe)
  )
})
