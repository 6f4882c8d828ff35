/** What an operator asks WeChat about the account (protocol notes 10): quotas, addresses, and whether our callback can be reached. */
import { Effect, Option, Schema } from "effect"
import { WeChatApi } from "./api.ts"
import { type WeChatError, WeChatUnreachable } from "./api-exchange.ts"

/** The calls that WeChat counts by the day and that we make. */
export const countedPaths = {
  push: "/cgi-bin/message/custom/send",
  typing: "/cgi-bin/message/custom/typing",
  stableToken: "/cgi-bin/stable_token",
  menuCreate: "/cgi-bin/menu/create",
  menuGet: "/cgi-bin/menu/get"
} as const

/** Calls to one path, today in Beijing. */
export interface Quota {
  readonly dailyLimit: number
  readonly used: number
  readonly remain: number
}

/** What is left of the day's calls to a path; 76021 for a path that WeChat does not know, 76022 for one of another kind of account. */
export const quotaOf = (path: string): Effect.Effect<Quota, WeChatError, WeChatApi> =>
  asked(QuotaAnswer, "/cgi-bin/openapi/quota/get", { cgi_path: path }).pipe(
    Effect.map(({ quota: { daily_limit, used, remain } }) => ({ dailyLimit: daily_limit, used, remain }))
  )

/** How WeChat reaches the address of our callback, from one operator's network; 100 % loss means not at all. */
export interface CallbackCheck {
  /** The addresses that the host name stands for, with the network each is in. */
  readonly dns: ReadonlyArray<{ readonly ip: string; readonly operator: string }>
  /** `loss` and `time` as WeChat writes them: `0%`, `1.2ms`. */
  readonly ping: ReadonlyArray<{
    readonly ip: string
    readonly fromOperator: string
    readonly loss: string
    readonly time: string
  }>
}

/** Makes WeChat look up our callback and call it; 40201 if the console has no address for it. It takes some seconds. */
export const checkCallback: Effect.Effect<CallbackCheck, WeChatError, WeChatApi> = Effect.suspend(() =>
  asked(
    CallbackAnswer,
    "/cgi-bin/callback/check",
    { action: "all", check_operator: "DEFAULT" },
    callbackCheckTimeoutMillis
  )
).pipe(
  Effect.map(({ dns = [], ping = [] }) => ({
    dns: dns.map(({ ip, real_operator = "" }) => ({ ip, operator: real_operator })),
    ping: ping.map(({ ip, from_operator = "", package_loss, time = "" }) => ({
      ip,
      fromOperator: from_operator,
      loss: package_loss,
      time
    }))
  }))
)

/** The addresses of WeChat's API, which we call; some are ranges (`198.51.100.0/24`). */
export const apiAddresses: Effect.Effect<ReadonlyArray<string>, WeChatError, WeChatApi> = Effect.suspend(() =>
  Effect.map(asked(AddressAnswer, "/cgi-bin/get_api_domain_ip"), ({ ip_list }) => ip_list)
)

/** The address that WeChat wants on its white list, out of the explanation of a refusal (40164). */
export const addressToAllow = (explanation: string): Option.Option<string> =>
  Option.fromUndefinedOr(/invalid ip ([\da-fA-F.:]+)/u.exec(explanation)?.[1])

/** WeChat reaches out from several networks before it answers. */
const callbackCheckTimeoutMillis = 15_000

const asked = <A>(
  answer: Schema.ConstraintCodec<A, unknown>,
  path: string,
  body?: unknown,
  timeoutMillis?: number
) =>
  WeChatApi.use((api) => api.call(path, body, timeoutMillis)).pipe(
    Effect.flatMap((found) =>
      Effect.mapError(
        Schema.decodeEffect(answer)(found),
        () => new WeChatUnreachable({ reason: "answer not understood" })
      )
    )
  )

const QuotaAnswer = Schema.Struct({
  quota: Schema.Struct({ daily_limit: Schema.Int, used: Schema.Int, remain: Schema.Int })
})

const CallbackAnswer = Schema.Struct({
  dns: Schema.optionalKey(
    Schema.Array(Schema.Struct({ ip: Schema.String, real_operator: Schema.optionalKey(Schema.String) }))
  ),
  ping: Schema.optionalKey(
    Schema.Array(
      Schema.Struct({
        ip: Schema.String,
        from_operator: Schema.optionalKey(Schema.String),
        package_loss: Schema.String,
        time: Schema.optionalKey(Schema.String)
      })
    )
  )
})

const AddressAnswer = Schema.Struct({ ip_list: Schema.Array(Schema.String) })
