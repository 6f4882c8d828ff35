/** WeChat's HTTP API as the account calls it: `/cgi-bin/…`, HTTP 200 with `{errcode, errmsg}` also for refusals. */
import { Clock, Effect, type Layer } from "effect"
import { HttpRouter, HttpServerResponse, type HttpServerRequest } from "effect/http"
import {
  CallbackCheckBody,
  QuotaBody,
  readCustomMessage,
  readJson,
  StableTokenBody,
  TypingBody
} from "./account-call.ts"
import { refusalBody, refuse, type ApiRefusal } from "./errcode.ts"
import { MenuBody } from "./menu.ts"
import { Platform } from "./platform.ts"

/** Routes of the API; they need `Platform`. Mount them on a loopback port of their own, or beside the page. */
export const simulatorApiRoutes: Layer.Layer<never, never, HttpRouter.HttpRouter | Platform> = HttpRouter.use(
  Effect.fnUntraced(function* (router) {
    const platform = yield* Platform
    for (const [path, endpoint] of Object.entries(endpoints)) {
      yield* router.add("*", `/cgi-bin/${path}`, answerCall(platform, endpoint))
    }
    yield* router.add("*", "/cgi-bin/*", answerCall(platform, unknownEndpoint))
  })
)

/** What one call brings. */
interface Call {
  readonly platform: Platform["Service"]
  readonly query: URLSearchParams
  readonly body: string
}

interface Endpoint {
  readonly method: "GET" | "POST" | "*"
  /** The two token calls are the only ones without a token. */
  readonly needsToken: boolean
  readonly answer: (call: Call) => Effect.Effect<object, ApiRefusal>
}

const accepted = { errcode: 0, errmsg: "ok" }

/** Documentation addresses (RFC 5737), so that nobody takes them for WeChat's. */
const exampleAddresses = ["192.0.2.1", "198.51.100.0/24"]

/** Calls to custom messages that one day allows (notes 6.1). */
const customMessagesPerDay = 500_000

const checkActions: ReadonlySet<string> = new Set(["dns", "ping", "all"])
const checkOperators: ReadonlySet<string> = new Set(["DEFAULT", "CHINANET", "UNICOM", "CAP"])

const endpoints: { readonly [path: string]: Endpoint } = {
  token: {
    method: "GET",
    needsToken: false,
    answer: Effect.fnUntraced(function* ({ platform, query }) {
      if (query.get("grant_type") !== "client_credential") return yield* refuse(40002)
      yield* platform.account.checkApp(query.get("appid") ?? "", query.get("secret") ?? "")
      return yield* platform.account.token
    })
  },
  stable_token: {
    method: "POST",
    needsToken: false,
    answer: Effect.fnUntraced(function* ({ platform, body }) {
      const asked = yield* readJson(StableTokenBody)(body)
      if (asked.grant_type !== "client_credential") return yield* refuse(40002)
      yield* platform.account.checkApp(asked.appid ?? "", asked.secret ?? "")
      return yield* platform.account.stableToken(asked.force_refresh ?? false)
    })
  },
  "message/custom/send": {
    method: "POST",
    needsToken: true,
    answer: Effect.fnUntraced(function* ({ platform, body }) {
      const { openid, message, madeByAi } = yield* readCustomMessage(body)
      yield* platform.account.push(openid, message, madeByAi)
      return accepted
    })
  },
  "message/custom/typing": {
    method: "POST",
    needsToken: true,
    answer: Effect.fnUntraced(function* ({ platform, body }) {
      const { touser, command } = yield* readJson(TypingBody)(body)
      yield* platform.account.typing(touser, command)
      return accepted
    })
  },
  "menu/create": {
    method: "POST",
    needsToken: true,
    answer: Effect.fnUntraced(function* ({ platform, body }) {
      yield* platform.account.createMenu(yield* readJson(MenuBody)(body))
      return accepted
    })
  },
  "menu/get": {
    method: "GET",
    needsToken: true,
    answer: ({ platform }) => Effect.map(platform.account.menu, (menu) => ({ menu }))
  },
  "menu/delete": {
    method: "GET",
    needsToken: true,
    answer: ({ platform }) => Effect.as(platform.account.deleteMenu, accepted)
  },
  getcallbackip: {
    method: "GET",
    needsToken: true,
    answer: () => Effect.succeed({ ip_list: ["127.0.0.1"] })
  },
  get_api_domain_ip: {
    method: "GET",
    needsToken: true,
    answer: () => Effect.succeed({ ip_list: exampleAddresses })
  },
  "callback/check": {
    method: "POST",
    needsToken: true,
    answer: Effect.fnUntraced(function* ({ platform, body }) {
      const { action, check_operator } = yield* readJson(CallbackCheckBody)(body)
      if (!checkActions.has(action)) return yield* refuse(40202)
      if (!checkOperators.has(check_operator)) return yield* refuse(40203)
      const reached = yield* platform.verify
      const ping = [
        { ip: "127.0.0.1", from_operator: "CAP", package_loss: reached ? "0%" : "100%", time: "1.0ms" }
      ]
      return {
        dns: action === "ping" ? [] : [{ ip: "127.0.0.1", real_operator: "CAP" }],
        ping: action === "dns" ? [] : ping
      }
    })
  },
  "openapi/quota/get": {
    method: "POST",
    needsToken: true,
    answer: Effect.fnUntraced(function* ({ platform, body }) {
      const { cgi_path } = yield* readJson(QuotaBody)(body)
      if (!Object.hasOwn(endpoints, cgi_path.replace(/^\/cgi-bin\//, ""))) return yield* refuse(76021)
      const used = platform.account.callsTo(cgi_path)
      const quota = { daily_limit: customMessagesPerDay, used, remain: customMessagesPerDay - used }
      return { ...accepted, quota }
    })
  }
}

const unknownEndpoint: Endpoint = {
  method: "*",
  needsToken: false,
  answer: () => Effect.fail(refuse(40066))
}

const answerCall = (platform: Platform["Service"], endpoint: Endpoint) =>
  Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
    const startMillis = yield* Clock.currentTimeMillis
    const url = new URL(request.url, "http://localhost")
    const body = yield* Effect.orElseSucceed(request.text, () => "")
    const answer = yield* carryOut(endpoint, request.method, {
      platform,
      query: url.searchParams,
      body
    }).pipe(
      Effect.map((value) => ({ value, errcode: 0 })),
      Effect.catch((refusal) =>
        Effect.map(refusalBody(refusal), (value) => ({ value, errcode: refusal.errcode }))
      )
    )
    platform.account.recordCall({
      atMillis: startMillis,
      direction: "api",
      path: url.pathname,
      what: request.method,
      attempt: 1,
      status: 200,
      outcome: answer.errcode === 0 ? "ok" : String(answer.errcode),
      good: answer.errcode === 0,
      durationMillis: (yield* Clock.currentTimeMillis) - startMillis
    })
    return HttpServerResponse.jsonUnsafe(answer.value)
  })

const carryOut = Effect.fnUntraced(function* (endpoint: Endpoint, method: string, call: Call) {
  if (endpoint.method === "GET" && method !== "GET") return yield* refuse(43001)
  if (endpoint.method === "POST" && method !== "POST") return yield* refuse(43002)
  if (endpoint.needsToken) {
    yield* call.platform.account.checkToken(call.query.get("access_token") ?? undefined)
  }
  return yield* endpoint.answer(call)
})
