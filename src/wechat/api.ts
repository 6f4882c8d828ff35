/** WeChat's HTTP API as far as we call it: customer-service messages, the typing sign and the custom menu (protocol notes 6 and 7). */
import { Clock, Context, Effect, Layer, Metric, Option, Redacted, Schema, Semaphore } from "effect"
import type { Openid } from "../core/openid.ts"
import { AccessToken, type TokenUnavailable } from "./access-token.ts"
import {
  exchange,
  refused,
  type WeChatAccount,
  type WeChatAnswer,
  type WeChatError,
  WeChatRefused,
  WeChatUnreachable
} from "./api-exchange.ts"
import { ApiTransport } from "./api-transport.ts"
import { errcodes } from "./errcodes.ts"
import { type Menu, menuFromAnswer } from "./menu.ts"
import { withoutForbiddenCharacters } from "./xml.ts"

/**
 * What we push to a user. A text is at most 2,048 bytes of UTF-8 (notes 6.2); media ids may be those that came in. `madeByAi`: WeChat
 * shows beneath it that an artificial intelligence wrote it (`aimsgcontext`).
 */
export const OutgoingMessage = Schema.TaggedUnion({
  Text: { content: Schema.String, madeByAi: Schema.optionalKey(Schema.Literal(true)) },
  Image: { mediaId: Schema.String },
  Voice: { mediaId: Schema.String },
  Video: { mediaId: Schema.String, thumbMediaId: Schema.String }
})

export type OutgoingMessage = typeof OutgoingMessage.Type

/** Every call refreshes the token once when WeChat refuses it, and is bounded in time and number. */
export class WeChatApi extends Context.Service<
  WeChatApi,
  {
    /**
     * Pushes one message (客服消息). Repeated twice at most when WeChat was busy, and each time only if `repeatIf` still says so; never when
     * the answer was lost: it may have arrived.
     */
    readonly send: (
      to: Openid,
      message: OutgoingMessage,
      repeatIf?: Effect.Effect<boolean>
    ) => Effect.Effect<void, WeChatError>
    /** Shows that somebody is typing, for up to 15 s (notes 6.3). Nothing is sent while pushes use all that may be under way. */
    readonly typing: (to: Openid) => Effect.Effect<void, WeChatError>
    /** The live menu, if there is one. */
    readonly menuGet: Effect.Effect<Option.Option<Menu>, WeChatError>
    readonly menuCreate: (menu: Menu) => Effect.Effect<void, WeChatError>
    readonly menuDelete: Effect.Effect<void, WeChatError>
    /** Any other call: POST with a body, else GET; the answer is WeChat's JSON object. `timeoutMillis`: of one that takes longer than most. */
    readonly call: (
      path: string,
      body?: unknown,
      timeoutMillis?: number
    ) => Effect.Effect<WeChatAnswer, WeChatError>
  }
>()("xiaohou/wechat/WeChatApi") {
  /** Nothing leaves the process: `onSend` sees every push and may refuse it, `onTyping` every sign of typing; there is no menu. */
  static readonly layerMemory = (
    onSend: (to: Openid, message: OutgoingMessage) => Effect.Effect<void, WeChatError>,
    onTyping: (to: Openid) => Effect.Effect<void, WeChatError> = () => Effect.void
  ): Layer.Layer<WeChatApi> =>
    Layer.succeed(WeChatApi, {
      send: (to, message) => counted(onSend(to, message)),
      typing: onTyping,
      menuGet: Effect.succeedNone,
      menuCreate: () => Effect.void,
      menuDelete: Effect.void,
      call: () => Effect.succeed({})
    })

  static readonly layer = (
    options: Pick<WeChatAccount, "apiUrl">
  ): Layer.Layer<WeChatApi, never, AccessToken | ApiTransport> => Layer.effect(WeChatApi, make(options))
}

/** Pushes by what WeChat said: its errcode, `0` for accepted, `unreachable` without an answer. */
export const pushesTotal = Metric.counter("pushes_total", {
  description: "Messages pushed to users, by the errcode that WeChat answered with",
  incremental: true
})

/** WeChat usually answers within a few hundred milliseconds; a relayed line must not hold up the writer's own answer, due within 4.5 s. */
const callTimeoutMillis = 3_000

/**
 * A push is sent within this time, with all its tries, or not at all: others keep away from its receiver meanwhile, and have to know for how
 * long. One call at its longest, and a second for the turn, the token and a try that was refused.
 */
export const longestPushMillis = callTimeoutMillis + 1_000

/** WeChat is not asked for what it could hardly answer in time; what is left is cut to a multiple of this, so that few alarms serve all calls. */
const leastCallMillis = 500

/** What one server has under way at once; at 200 ms a call that is 300 calls a second, far above the daily quota. */
const mostCallsAtOnce = 64

/** A call that waited this long for its turn is given up while it is still certain that it was not sent. */
const waitForTurnMillis = 1_500

/** WeChat asks to wait before trying again when it is busy, and not to try for long (notes 5 and 6.4). */
const pausesBeforeRetryMillis: ReadonlyArray<number> = [200, 400]

const make = Effect.fnUntraced(function* (options: Pick<WeChatAccount, "apiUrl">) {
  const transport = yield* ApiTransport
  const accessToken = yield* AccessToken
  const turns = yield* Semaphore.make(mostCallsAtOnce)

  const inTurn = <A>(call: Effect.Effect<A, WeChatError>): Effect.Effect<A, WeChatError> =>
    Effect.flatMap(Clock.currentTimeMillis, (askedAt) =>
      turns.withPermits(1)(
        Effect.flatMap(Clock.currentTimeMillis, (now) =>
          now - askedAt > waitForTurnMillis ? Effect.fail(new WeChatUnreachable({ reason: "crowded" })) : call
        )
      )
    )

  const token = Effect.mapError(accessToken.get, withoutToken)

  /** `byMillis`: when it is too late to ask, milliseconds since 1970. */
  const authorised = Effect.fnUntraced(function* (
    path: string,
    body: unknown,
    confidential: ReadonlyArray<string>,
    timeoutMillis: number,
    byMillis = Number.POSITIVE_INFINITY
  ) {
    const withToken = (current: Redacted.Redacted) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        byMillis - now < leastCallMillis
          ? Effect.fail(new WeChatUnreachable({ reason: "crowded" }))
          : exchange(transport, options.apiUrl, {
              path,
              body,
              confidential,
              accessToken: Redacted.value(current),
              timeoutMillis: Math.min(timeoutMillis, wholeSteps(byMillis - now))
            })
      )
    const first = yield* token
    const retryWithNewToken = (error: WeChatRefused) =>
      error.action === "refreshToken"
        ? accessToken.invalidate(first).pipe(Effect.andThen(token), Effect.flatMap(withToken))
        : Effect.fail(error)
    return yield* Effect.catchTag(withToken(first), "WeChatRefused", retryWithNewToken)
  })

  const call = (
    path: string,
    body?: unknown,
    confidential: ReadonlyArray<string> = [],
    timeoutMillis = callTimeoutMillis
  ) => inTurn(authorised(path, body, confidential, timeoutMillis))

  const send = Effect.fnUntraced(function* (
    to: Openid,
    message: OutgoingMessage,
    repeatIf: Effect.Effect<boolean> = always
  ) {
    const content = bodyOf(message)
    if (content === undefined) return yield* refused(errcodes.textEmpty.code, "a push needs a text", {})
    const byMillis = (yield* Clock.currentTimeMillis) + longestPushMillis
    const sending = { touser: to, ...content }
    const attempt = inTurn(
      authorised("/cgi-bin/message/custom/send", sending, [to], callTimeoutMillis, byMillis)
    )
    const tries = ([pauseMillis, ...later]: ReadonlyArray<number>): typeof attempt =>
      Effect.catchTag(attempt, "WeChatRefused", (error) =>
        error.action !== "retry" || pauseMillis === undefined
          ? Effect.fail(error)
          : Effect.flatMap(Effect.delay(repeatIf, pauseMillis), (repeats) =>
              repeats ? tries(later) : Effect.fail(error)
            )
      )
    yield* tries(pausesBeforeRetryMillis)
  })

  const noMenu = (error: WeChatRefused) =>
    error.errcode === errcodes.noMenu.code ? Effect.succeedNone : Effect.fail(error)

  return WeChatApi.of({
    send: (to, message, repeatIf) => counted(send(to, message, repeatIf)),
    typing: (to) =>
      Effect.asVoid(
        turns.withPermitsIfAvailable(1)(
          authorised(
            "/cgi-bin/message/custom/typing",
            { touser: to, command: "Typing" },
            [to],
            callTimeoutMillis
          )
        )
      ),
    menuGet: call("/cgi-bin/menu/get").pipe(
      Effect.map(menuFromAnswer),
      Effect.filterOrFail(Option.isSome, () => new WeChatUnreachable({ reason: "answer not understood" })),
      Effect.catchTag("WeChatRefused", noMenu)
    ),
    menuCreate: (menu) => Effect.asVoid(call("/cgi-bin/menu/create", menu)),
    menuDelete: Effect.asVoid(call("/cgi-bin/menu/delete")),
    call: (path, body, timeoutMillis) => call(path, body, [], timeoutMillis)
  })
})

const always = Effect.succeed(true)

const wholeSteps = (millis: number): number => Math.floor(millis / leastCallMillis) * leastCallMillis

/** The message as JSON beside `touser` (notes 6.2); none for a text of which nothing can be shown. */
const bodyOf = (message: OutgoingMessage): Readonly<Record<string, unknown>> | undefined => {
  switch (message._tag) {
    case "Text": {
      const content = withoutForbiddenCharacters(message.content)
      if (content === "") return undefined
      const body = { msgtype: "text", text: { content } }
      return message.madeByAi === true ? { ...body, aimsgcontext: { is_ai_msg: 1 } } : body
    }
    case "Image":
      return { msgtype: "image", image: { media_id: message.mediaId } }
    case "Voice":
      return { msgtype: "voice", voice: { media_id: message.mediaId } }
    case "Video":
      return { msgtype: "video", video: { media_id: message.mediaId, thumb_media_id: message.thumbMediaId } }
  }
}

/** Without a token nothing was sent. */
const withoutToken = (error: TokenUnavailable): WeChatError =>
  error.errcode === undefined
    ? new WeChatUnreachable({ reason: "token" })
    : new WeChatRefused({ errcode: error.errcode, errmsg: error.explanation, action: error.action })

const counted = (push: Effect.Effect<void, WeChatError>): Effect.Effect<void, WeChatError> =>
  push.pipe(
    Effect.tap(() => countPush("0")),
    Effect.tapError((error) =>
      countPush(error._tag === "WeChatRefused" ? String(error.errcode) : "unreachable")
    )
  )

const countPush = (errcode: string) => {
  const counter = pushCounters.get(errcode) ?? Metric.withAttributes(pushesTotal, { errcode })
  pushCounters.set(errcode, counter)
  return Metric.update(counter, 1)
}

/** Made once: putting attributes to a metric takes longer than counting. */
const pushCounters = new Map<string, Metric.Metric<number, Metric.CounterState<number>>>()
