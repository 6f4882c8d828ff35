/** The calls of WeChat's API that the simulator knows, each with what it answers (protocol notes 5, 6, 7, 10). */
import { Effect } from "effect"
import {
  CallbackCheckBody,
  ClearQuotaBody,
  ClearQuotaByAppBody,
  QuotaBody,
  hasEscapes,
  readJson,
  StableTokenBody,
  TypingBody
} from "./account-call.ts"
import { readCustomMessage } from "./custom-message.ts"
import { refuse, type ApiRefusal } from "./errcode.ts"
import { MenuBody, selfMenuInfo } from "./menu.ts"
import { keepUpload } from "./media-upload.ts"
import type { Platform } from "./platform.ts"

/** What one call brings. */
export interface Call {
  readonly platform: Platform["Service"]
  readonly query: URLSearchParams
  readonly body: string
  /** The body as bytes with its type, for uploads. */
  readonly upload: { readonly contentType: string; readonly bytes: Uint8Array<ArrayBuffer> }
}

export interface Endpoint {
  readonly method: "GET" | "POST" | "*"
  /** The two token calls are the only ones without a token. */
  readonly needsToken: boolean
  readonly answer: (call: Call) => Effect.Effect<object, ApiRefusal>
}

const accepted = { errcode: 0, errmsg: "ok" }

/** Documentation addresses (RFC 5737), so that nobody takes them for WeChat's. */
const exampleAddresses = ["192.0.2.1", "198.51.100.0/24"]

const checkActions: ReadonlySet<string> = new Set(["dns", "ping", "all"])
const checkOperators: ReadonlySet<string> = new Set(["DEFAULT", "CHINANET", "UNICOM", "CAP"])

/** The calls by path under `/cgi-bin/`. */
export const endpoints: { readonly [path: string]: Endpoint } = {
  token: {
    method: "GET",
    needsToken: false,
    answer: Effect.fnUntraced(function* ({ platform, query }) {
      if (query.get("grant_type") !== "client_credential") return yield* refuse("grantTypeInvalid")
      yield* platform.account.checkApp(query.get("appid") ?? "", query.get("secret") ?? "")
      return yield* platform.account.token
    })
  },
  stable_token: {
    method: "POST",
    needsToken: false,
    answer: Effect.fnUntraced(function* ({ platform, body }) {
      const asked = yield* readJson(StableTokenBody)(body)
      if (asked.grant_type !== "client_credential") return yield* refuse("grantTypeInvalid")
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
      if (hasEscapes(body)) return yield* refuse("escapesInvalid")
      yield* platform.account.createMenu(yield* readJson(MenuBody)(body))
      return accepted
    })
  },
  "menu/get": {
    method: "GET",
    needsToken: true,
    answer: ({ platform }) => Effect.map(platform.account.menu, (menu) => ({ menu }))
  },
  get_current_selfmenu_info: {
    method: "GET",
    needsToken: true,
    answer: ({ platform }) =>
      platform.account.menu.pipe(
        Effect.map((menu) => ({ is_menu_open: 1, selfmenu_info: selfMenuInfo(menu) })),
        Effect.orElseSucceed(() => ({ is_menu_open: 0 }))
      )
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
      if (!checkActions.has(action)) return yield* refuse("callbackActionInvalid")
      if (!checkOperators.has(check_operator)) return yield* refuse("callbackOperatorInvalid")
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
      return { ...accepted, quota: yield* platform.account.quotaOf(yield* knownPath(cgi_path)) }
    })
  },
  "openapi/quota/clear": {
    method: "POST",
    needsToken: true,
    answer: Effect.fnUntraced(function* ({ platform, body }) {
      const { cgi_path } = yield* readJson(QuotaBody)(body)
      yield* platform.account.clearQuotaOf(yield* knownPath(cgi_path))
      return accepted
    })
  },
  clear_quota: {
    method: "POST",
    needsToken: true,
    answer: Effect.fnUntraced(function* ({ platform, body }) {
      yield* platform.account.checkAppId((yield* readJson(ClearQuotaBody)(body)).appid)
      yield* platform.account.clearQuota
      return accepted
    })
  },
  "clear_quota/v2": {
    method: "POST",
    needsToken: false,
    answer: Effect.fnUntraced(function* ({ platform, body, query }) {
      const asked = body === "" ? {} : yield* readJson(ClearQuotaByAppBody)(body)
      yield* platform.account.checkApp(
        asked.appid ?? query.get("appid") ?? "",
        asked.appsecret ?? query.get("appsecret") ?? ""
      )
      yield* platform.account.clearQuota
      return accepted
    })
  },
  "media/upload": {
    method: "POST",
    needsToken: true,
    answer: ({ platform, query, upload }) => keepUpload(platform, query.get("type") ?? "", upload)
  }
}

/** The path of an existing call, as `cgi_path` names it; else 76021. */
const knownPath = (path: string): Effect.Effect<string, ApiRefusal> =>
  path.startsWith("/cgi-bin/") && Object.hasOwn(endpoints, path.slice("/cgi-bin/".length))
    ? Effect.succeed(path)
    : Effect.fail(refuse("quotaPathInvalid"))
