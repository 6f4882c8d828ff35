import { Clock, Effect, Option } from "effect"
import { HttpClient } from "effect/http"
import { Openid } from "../core/openid.ts"
import { WeChatApi } from "../wechat/api.ts"
import type { WeChatError } from "../wechat/api-exchange.ts"
import { errcodes } from "../wechat/errcodes.ts"
import { menuDifferences, ourMenu } from "../wechat/menu.ts"
import { addressToAllow, apiAddresses, checkCallback, countedPaths, quotaOf } from "../wechat/operations.ts"
import type { Settings } from "../settings.ts"
import { type Check, type Finding, fine, problem, skipped, warning } from "./check.ts"

/** What WeChat itself can say about the account and about how it sees us. One token serves all of them. */
export const weChatChecks = Effect.fnUntraced(function* ({ weChat, publicUrl }: Settings) {
  const api = yield* WeChatApi
  const client = yield* HttpClient.HttpClient
  const withApi = <A, E>(call: Effect.Effect<A, E, WeChatApi>) => Effect.provideService(call, WeChatApi, api)

  const hasSecret = weChat.appId !== undefined && weChat.appSecret !== undefined
  /** Whether WeChat gives a token, and why not. */
  const token = yield* Effect.cached(
    hasSecret
      ? Effect.match(withApi(apiAddresses), {
          onSuccess: () => fine("app id, secret and IP white list are accepted"),
          onFailure: refusal
        })
      : Effect.succeed(skipped("WECHAT_APP_ID and WECHAT_APP_SECRET are not set: nothing can be pushed"))
  )
  const whenActive = <E, R>(call: Effect.Effect<Finding, E, R>) =>
    weChat.delivery === "active" ? call : Effect.succeed(skipped("WECHAT_DELIVERY is passive"))

  /** A check that needs a token, which is looked for once. */
  const check = (name: string, call: Effect.Effect<Finding, WeChatError, WeChatApi>): Check => ({
    name,
    run: Effect.flatMap(token, ({ status }) =>
      status === "fine"
        ? withApi(call).pipe(
            Effect.catch((error) => Effect.succeed(refusal(error))),
            Effect.map((finding) => [finding])
          )
        : Effect.succeed([skipped("WeChat gives no access token")])
    )
  })

  return [
    { name: "clock", run: Effect.map(clock(client, weChat.apiUrl), (finding) => [finding]) },
    { name: "access token", run: Effect.map(token, (finding) => [finding]) },
    check("callback", callback(`${publicUrl}/wechat`)),
    check("pushing", whenActive(pushing)),
    check("quota", whenActive(quota)),
    check("menu", menu)
  ] satisfies ReadonlyArray<Check>
})

/** Servers agree within this, or searches end early; WeChat's messages are refused only at ten minutes. */
const mostSkewSeconds = 5

const clockTimeoutMillis = 3_000

const clock = (client: HttpClient.HttpClient, apiUrl: string): Effect.Effect<Finding> =>
  client.get(apiUrl).pipe(
    Effect.timeout(clockTimeoutMillis),
    Effect.provideService(HttpClient.TracerDisabledWhen, () => true),
    Effect.flatMap(({ headers }) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        const theirs = Date.parse(headers["date"] ?? "")
        if (Number.isNaN(theirs)) return skipped("WeChat's answer has no date")
        const seconds = Math.round((now - theirs) / 1_000)
        return Math.abs(seconds) <= mostSkewSeconds
          ? fine(`agrees with WeChat's to within ${mostSkewSeconds} s`)
          : problem(
              `${Math.abs(seconds)} s ${seconds > 0 ? "ahead of" : "behind"} WeChat's`,
              "let this machine keep its time by NTP (timedatectl set-ntp true)"
            )
      })
    ),
    Effect.orElseSucceed(() =>
      problem(`${apiUrl} cannot be reached`, "let this machine reach it, or correct WECHAT_API_URL")
    )
  )

const callback = (address: string) =>
  Effect.map(checkCallback, ({ dns, ping }): Finding => {
    const unreached = ping.filter(({ loss }) => Number.parseFloat(loss) >= everythingLost)
    if (dns.length === 0)
      return problem("WeChat finds no address for the callback's host", "check the DNS entry of its name")
    return unreached.length === 0
      ? fine(`WeChat reaches ${dns.map(({ ip }) => ip).join(", ")}`)
      : problem(
          `WeChat does not reach ${unreached.map(({ ip }) => ip).join(", ")}`,
          `let WeChat reach ${address} on port 80 or 443`
        )
  })

const everythingLost = 100

/** No follower has this name: asking for the sign of typing shows whether we may push, and shows nobody anything. */
const nobody = Openid.make("doctor_asks_for_nobody")

/** WeChat refuses an account that may not push before it looks for the receiver, whom it then does not find. */
const pushing = WeChatApi.use(({ typing }) => typing(nobody)).pipe(
  Effect.as(fine("this account may push")),
  Effect.catchTag("WeChatRefused", (error) => {
    if (error.errcode === errcodes.notPermitted.code) {
      return Effect.succeed(
        problem(
          `this account may not push: ${error.message}`,
          "have it verified (微信认证), or set WECHAT_DELIVERY=passive: lines then wait for the receiver's next message"
        )
      )
    }
    return receiverRefused.has(error.errcode)
      ? Effect.succeed(fine("this account may push"))
      : Effect.fail(error)
  })
)

const receiverRefused: ReadonlySet<number> = new Set([
  errcodes.openidInvalid.code,
  errcodes.notFollowing.code,
  errcodes.typingNeedsExchange.code
])

/** Below this share of the day's pushes, they will probably run out before midnight. */
const scarceShare = 0.1

const countQuota = Effect.map(quotaOf(countedPaths.push), ({ dailyLimit, remain }): Finding => {
  const left = `${remain} of ${dailyLimit} pushes are left today`
  const advice =
    "lines wait in mailboxes until midnight in Beijing; clear_quota gives the day's number anew, ten times a month"
  if (remain <= 0) return problem(left, advice)
  return remain < scarceShare * dailyLimit ? warning(left, advice) : fine(left)
})

const quota = Effect.catchTag(countQuota, "WeChatRefused", (error) =>
  error.errcode === errcodes.quotaOfAnotherKind.code
    ? Effect.succeed(skipped("this kind of account has no pushes to count"))
    : Effect.fail(error)
)

const menu = WeChatApi.use(({ menuGet }) => menuGet).pipe(
  Effect.map((live): Finding => {
    const lines = menuDifferences(
      ourMenu,
      Option.getOrElse(live, () => ({ button: [] }))
    )
    return lines.length === 0
      ? fine("the live menu is ours")
      : problem(
          `the live menu differs from ours in ${lines.length} places`,
          "npm start -- menu diff shows them, npm start -- menu push makes ours the live one"
        )
  })
)

/** What WeChat's refusal means for the account's operator (protocol notes 5 and 10). */
const refusal = (error: WeChatError): Finding => {
  if (error._tag === "WeChatUnreachable")
    return problem(error.message, "let this machine reach WECHAT_API_URL, and try again")
  const advice = advices.get(error.errcode) ?? "look the code up in WeChat's list of global return codes"
  const address = Option.getOrElse(addressToAllow(error.errmsg), () => "this machine's address")
  const found = error.errcode === errcodes.notPermitted.code ? warning : problem
  return found(error.message, advice.replace("ADDRESS", address))
}

const advices: ReadonlyMap<number, string> = new Map([
  [errcodes.busy.code, "WeChat is busy: try again in a minute"],
  [errcodes.dailyQuotaUsedUp.code, "wait until midnight in Beijing, or use clear_quota, ten times a month"],
  [errcodes.minuteQuotaUsedUp.code, "try again in a minute"],
  [errcodes.appIdInvalid.code, "correct WECHAT_APP_ID"],
  [errcodes.appSecretInvalid.code, "correct WECHAT_APP_SECRET"],
  [errcodes.tokenInvalid.code, "correct WECHAT_APP_SECRET"],
  [errcodes.ipNotAllowed.code, "add ADDRESS to the IP white list in WeChat's console"],
  [errcodes.ipNotAllowedElsewhere.code, "add ADDRESS to the IP white list in WeChat's console"],
  [errcodes.ipNeedsConfirmation.code, "have the account's administrator confirm this machine's address"],
  [errcodes.appSecretFrozen.code, "unfreeze the app secret in WeChat's console"],
  [
    errcodes.notPermitted.code,
    "this account has no right to it (unverified?): set WECHAT_DELIVERY=passive if it may not push"
  ],
  [
    errcodes.callbackUrlMissing.code,
    "enter the address and the token in WeChat's console, and switch the server on"
  ]
])
