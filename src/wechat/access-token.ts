/** The one access token of the account, shared by all servers through memcached and refreshed before it ends (protocol notes 5). */
import { Clock, Context, Effect, Layer, Option, Redacted, Schema, Semaphore } from "effect"
import { Memcached, type MemcachedError } from "../memcached/memcached.ts"
import { exchange, type WeChatAccount, type WeChatError, WeChatUnreachable } from "./api-exchange.ts"
import { ApiTransport } from "./api-transport.ts"
import { actions, errcodeName } from "./errcodes.ts"
import { makeSharedToken, tokenItem, type TokenItem } from "./shared-token.ts"

/** There is no token to be had: WeChat refused (with its errcode and errmsg) or did not answer. */
export class TokenUnavailable extends Schema.TaggedError<TokenUnavailable>()("TokenUnavailable", {
  reason: Schema.Literals(["refused", "unreachable"]),
  errcode: Schema.optionalKey(Schema.Int),
  explanation: Schema.String,
  action: Schema.Literals(actions)
}) {
  override get message() {
    const code = this.errcode === undefined ? "" : `${this.errcode} (${errcodeName(this.errcode)}) `
    return `No access token: ${code}${this.explanation}`
  }
}

/** A token and when it ends, in milliseconds since 1970. */
export interface StoredToken {
  readonly token: Redacted.Redacted
  readonly endsAtMillis: number
}

export class AccessToken extends Context.Service<
  AccessToken,
  {
    /** A token that WeChat should accept. Asks memcached only when this process has none that is fresh. */
    readonly get: Effect.Effect<Redacted.Redacted, TokenUnavailable>
    /** WeChat refused this token: forget it, here and for all servers, unless another has taken its place. */
    readonly invalidate: (token: Redacted.Redacted) => Effect.Effect<void>
    /** Shares a token; one that ends later stays (pitfall 5). `saveStorageToken` of the original interface. */
    readonly saveStorageToken: (
      token: Redacted.Redacted,
      endsAtMillis: number
    ) => Effect.Effect<void, MemcachedError>
    /** The shared token, if there is one that has not ended. `getStorageToken` of the original interface. */
    readonly getStorageToken: Effect.Effect<Option.Option<StoredToken>, MemcachedError>
  }
>()("xiaohou/wechat/AccessToken") {
  /** Always the same token, which never ends. */
  static readonly layerFixed = (token: Redacted.Redacted): Layer.Layer<AccessToken> =>
    Layer.succeed(AccessToken, {
      get: Effect.succeed(token),
      invalidate: () => Effect.void,
      saveStorageToken: () => Effect.void,
      getStorageToken: Effect.succeedSome({ token, endsAtMillis: Number.MAX_SAFE_INTEGER })
    })

  static readonly layer = (
    options: WeChatAccount & { readonly appSecret: Redacted.Redacted }
  ): Layer.Layer<AccessToken, never, Memcached | ApiTransport> => Layer.effect(AccessToken, make(options))
}

/** A user's answer has to be ready within 4.5 s; a token that takes longer than this would leave no time to use it. */
const fetchTimeoutMillis = 2_000

/** How long to wait for the server that holds the lease before fetching ourselves: its time-out, and a bit for its save. */
const waitForOthersMillis = fetchTimeoutMillis + 500

/** Short enough that waiting costs little, long enough that a few servers do not load memcached. */
const askOthersEveryMillis = 100

/** After a failure no server asks again at once, or an outage of WeChat would bring one fetch per message. */
const pauseAfterFailureMillis = 2_000

/** A wrong secret or address does not mend itself, and repeating it gets the address blocked (notes 5, 89503). */
const pauseAfterRefusalMillis = 60_000

const make = Effect.fnUntraced(function* (
  options: WeChatAccount & { readonly appSecret: Redacted.Redacted }
) {
  const transport = yield* ApiTransport
  const shared = makeSharedToken(yield* Memcached)
  const oneAtATime = yield* Semaphore.make(1)
  let own: TokenItem | undefined
  /** The token that WeChat refused last. */
  let refused: Redacted.Redacted | undefined
  let failure: { readonly error: TokenUnavailable; readonly untilMillis: number } | undefined

  const fetchToken = Effect.fnUntraced(function* (forceRefresh: boolean) {
    const askedAtMillis = yield* Clock.currentTimeMillis
    const { access_token: token, expires_in: seconds } = yield* exchange(transport, options.apiUrl, {
      path: "/cgi-bin/stable_token",
      body: {
        grant_type: "client_credential",
        appid: options.appId,
        secret: Redacted.value(options.appSecret),
        force_refresh: forceRefresh
      },
      confidential: [Redacted.value(options.appSecret)],
      timeoutMillis: fetchTimeoutMillis
    })
    if (typeof token !== "string" || token === "" || typeof seconds !== "number" || !(seconds > 0)) {
      return yield* new WeChatUnreachable({ reason: "answer not understood" })
    }
    return tokenItem(
      Redacted.make(token, { label: "access token" }),
      askedAtMillis + seconds * 1000,
      askedAtMillis
    )
  })

  /** WeChat may give the very token that it has just refused: then it has to make another, as often as it allows. */
  const fetchUsable = Effect.gen(function* () {
    const stable = yield* fetchToken(false)
    const isRefused = refused !== undefined && isSame(refused, stable.token)
    return isRefused && (yield* shared.mayForce)
      ? yield* Effect.orElseSucceed(fetchToken(true), () => stable)
      : stable
  })

  const fetchAndShare = Effect.gen(function* () {
    own = yield* fetchUsable
    failure = undefined
    yield* Effect.ignore(shared.save(own))
    return own
  }).pipe(
    Effect.mapError(unavailable),
    Effect.tapError((error) =>
      Effect.gen(function* () {
        const pause = error.action === "stop" ? pauseAfterRefusalMillis : pauseAfterFailureMillis
        failure = { error, untilMillis: (yield* Clock.currentTimeMillis) + pause }
        yield* Effect.logWarning(error.message)
      })
    )
  )

  /** What memcached has, if it is fresh; nothing when memcached is down. */
  const freshFromOthers = Effect.gen(function* () {
    const item = yield* Effect.orElseSucceed(shared.read, () => Option.none<TokenItem>())
    if (Option.isNone(item)) return undefined
    if (own === undefined || item.value.endsAtMillis > own.endsAtMillis) own = item.value
    return own.refreshAtMillis > (yield* Clock.currentTimeMillis) ? own : undefined
  })

  const waitForOthers = Effect.gen(function* () {
    const deadline = (yield* Clock.currentTimeMillis) + waitForOthersMillis
    while ((yield* Clock.currentTimeMillis) < deadline) {
      yield* Effect.sleep(askOthersEveryMillis)
      const item = yield* freshFromOthers
      if (item !== undefined) return item
    }
    return yield* fetchAndShare
  })

  const refresh = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    if (own !== undefined && own.refreshAtMillis > now) return own
    const fresh = yield* freshFromOthers
    if (fresh !== undefined) return fresh
    const old = own !== undefined && own.endsAtMillis > now ? own : undefined
    if (failure !== undefined && failure.untilMillis > now)
      return yield* old === undefined ? failure.error : Effect.succeed(old)
    if (!(yield* shared.takeLease)) return yield* old === undefined ? waitForOthers : Effect.succeed(old)
    // The server that held the lease before us may have saved a token since we looked.
    const fetched = Effect.gen(function* () {
      return (yield* freshFromOthers) ?? (yield* fetchAndShare)
    }).pipe(Effect.ensuring(shared.returnLease))
    return yield* old === undefined ? fetched : Effect.orElseSucceed(fetched, () => old)
  })

  const get = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    if (own === undefined || own.endsAtMillis <= now) return (yield* oneAtATime.withPermits(1)(refresh)).token
    if (own.refreshAtMillis > now) return own.token
    const old = own
    const refreshed = yield* oneAtATime.withPermitsIfAvailable(1)(refresh)
    return Option.getOrElse(refreshed, () => old).token
  })

  return AccessToken.of({
    get,
    invalidate: Effect.fnUntraced(function* (token) {
      refused = token
      if (own !== undefined && isSame(own.token, token)) own = undefined
      yield* Effect.ignore(shared.drop(token))
    }),
    saveStorageToken: Effect.fnUntraced(function* (token, endsAtMillis) {
      yield* shared.save(tokenItem(token, endsAtMillis, yield* Clock.currentTimeMillis))
    }),
    getStorageToken: Effect.map(
      shared.read,
      Option.map(({ token, endsAtMillis }) => ({ token, endsAtMillis }))
    )
  })
})

const isSame = (one: Redacted.Redacted, other: Redacted.Redacted): boolean =>
  Redacted.value(one) === Redacted.value(other)

const unavailable = (error: WeChatError): TokenUnavailable =>
  error._tag === "WeChatUnreachable"
    ? new TokenUnavailable({ reason: "unreachable", explanation: error.message, action: "retry" })
    : new TokenUnavailable({
        reason: "refused",
        errcode: error.errcode,
        explanation: error.errmsg,
        // On this call 40001 speaks of the secret, not of a token (notes 5).
        action: error.action === "refreshToken" ? "stop" : error.action
      })
