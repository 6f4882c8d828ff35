/** The simulated WeChat: followers with phones who act, an account that answers and pushes, and the rules between them. */
import { Clock, Context, Effect, Layer, Schema, type Redacted, type Stream } from "effect"
import { HttpClient } from "effect/http"
import { grant, type Trigger } from "./allowance.ts"
import { makeAccountSide } from "./account-side.ts"
import { callbackBody, messageIdAt, unsupportedKindText, type UserAct } from "./callback-body.ts"
import {
  attemptLimitMillis,
  deliver,
  faultSentence,
  verify,
  type CallbackTarget,
  type Delivery
} from "./callbacks.ts"
import { makePhoneBook, type NumberedChange, type Snapshot } from "./phone-book.ts"
import { accountContent, mediaContent, textContent, type BubbleContent, type Phone } from "./phone.ts"
import { randomName } from "./token-desk.ts"

/** No phone has this openid. */
export class PhoneUnknown extends Schema.TaggedError<PhoneUnknown>()("PhoneUnknown", {}) {
  override get message(): string {
    return "no phone of the simulated WeChat has this openid"
  }
}

/** The phone does not follow the account, so it cannot talk to it. */
export class PhoneNotFollowing extends Schema.TaggedError<PhoneNotFollowing>()("PhoneNotFollowing", {}) {
  override get message(): string {
    return "this phone does not follow the account"
  }
}

/** The phone follows the account already. */
export class PhoneFollowing extends Schema.TaggedError<PhoneFollowing>()("PhoneFollowing", {}) {
  override get message(): string {
    return "this phone follows the account already"
  }
}

export type ActError = PhoneUnknown | PhoneNotFollowing

/** What WeChat's console knows of the account. */
export interface PlatformSettings {
  /** Where callbacks go, for instance `http://127.0.0.1:3000/wechat`. */
  readonly callbackUrl: string
  readonly token: Redacted.Redacted
  readonly appId: string
  readonly appSecret: Redacted.Redacted
  /** The account's original id, `gh_…`. */
  readonly accountId: string
  readonly mode: "plain"
  /** The name over each conversation; 小猴 when left out. */
  readonly accountName?: string
  /** How long one callback may take; WeChat's 5 s when left out. */
  readonly attemptLimitMillis?: number
}

export class Platform extends Context.Service<
  Platform,
  {
    /** WeChat's check of the callback address: true when the echo came back. */
    readonly verify: Effect.Effect<boolean>
    /** A new phone follows the account; its openid (28 characters). Ends when the callback's outcome is shown, like every act. */
    readonly follow: Effect.Effect<string>
    readonly followAgain: (openid: string) => Effect.Effect<Delivery, PhoneUnknown | PhoneFollowing>
    readonly unfollow: (openid: string) => Effect.Effect<Delivery, ActError>
    /** Types a text; with `menuId`, clicks that item of a message menu. */
    readonly say: (openid: string, text: string, menuId?: string) => Effect.Effect<Delivery, ActError>
    /** Clicks a menu button of type `click`. */
    readonly press: (openid: string, key: string) => Effect.Effect<Delivery, ActError>
    readonly sendImage: (openid: string) => Effect.Effect<Delivery, ActError>
    readonly sendSticker: (openid: string) => Effect.Effect<Delivery, ActError>
    readonly phone: (openid: string) => Effect.Effect<Phone, PhoneUnknown>
    readonly snapshot: Effect.Effect<Snapshot>
    /** A snapshot and then every change, numbered. */
    readonly changes: Stream.Stream<NumberedChange>
    /** Ends every stream of changes for good, so that a server can close. */
    readonly endStreams: Effect.Effect<void>
    /** What the account's own calls do. */
    readonly account: ReturnType<typeof makeAccountSide>
  }
>()("xiaohou/simulator/Platform") {
  static readonly layer = (settings: PlatformSettings): Layer.Layer<Platform, never, HttpClient.HttpClient> =>
    Layer.effect(Platform, makePlatform(settings))
}

/** OpenIDs have 28 characters, the first of them an `o` (protocol notes 2.1). */
const openidCharacters = 28

const makePlatform = Effect.fnUntraced(function* (settings: PlatformSettings) {
  const client = yield* HttpClient.HttpClient
  const book = yield* makePhoneBook(settings.accountName ?? "小猴")
  const target: CallbackTarget = {
    callbackUrl: settings.callbackUrl,
    token: settings.token,
    accountId: settings.accountId,
    attemptLimitMillis: settings.attemptLimitMillis ?? attemptLimitMillis
  }
  let messageCount = 0

  const tell = Effect.fnUntraced(
    function* (openid: string, act: UserAct) {
      const nowMillis = yield* Clock.currentTimeMillis
      messageCount += 1
      const body = callbackBody(
        {
          accountId: settings.accountId,
          openid,
          createTimeSeconds: Math.floor(nowMillis / 1000),
          messageId: messageIdAt(nowMillis, messageCount)
        },
        act
      )
      const what = act.kind === "event" ? act.event : act.kind
      const delivery = yield* deliver(target, { openid, body, what }, book.record)
      yield* showDelivery(openid, delivery)
      return delivery
    },
    Effect.provideService(HttpClient.HttpClient, client)
  )

  /** Who has left sees nothing any more: an unsubscribe cannot be answered (protocol notes 2.4). */
  const showDelivery = (openid: string, delivery: Delivery): Effect.Effect<void> => {
    if (book.phone(openid)?.following !== true) return Effect.void
    switch (delivery._tag) {
      case "Message":
        return book.show(openid, "account", "reply", accountContent(delivery.message))
      case "Fault":
        return book.show(openid, "system", "platform", textContent(faultSentence))
      case "Handover":
        return book.show(openid, "system", "platform", textContent("已转接人工客服"))
      case "Silence":
        return Effect.void
    }
  }

  const phone = (openid: string): Effect.Effect<Phone, PhoneUnknown> => {
    const found = book.phone(openid)
    return found === undefined ? Effect.fail(new PhoneUnknown()) : Effect.succeed(found)
  }

  const act = Effect.fnUntraced(function* (
    openid: string,
    trigger: Trigger,
    own: BubbleContent | undefined,
    does: UserAct
  ) {
    if (!(yield* phone(openid)).following) return yield* new PhoneNotFollowing()
    const nowMillis = yield* Clock.currentTimeMillis
    book.update(openid, (old) => ({ ...old, allowance: grant(trigger, nowMillis), lastActMillis: nowMillis }))
    if (own !== undefined) yield* book.show(openid, "own", "user", own)
    return yield* tell(openid, does)
  })

  const startFollowing = Effect.fnUntraced(function* (openid: string) {
    const nowMillis = yield* Clock.currentTimeMillis
    book.update(openid, (old) => ({ ...old, following: true, allowance: grant("follow", nowMillis) }))
    yield* book.show(openid, "system", "platform", textContent("你已关注该公众号"))
    return yield* tell(openid, { kind: "event", event: "subscribe", key: "" })
  })

  return Platform.of({
    verify: Effect.provideService(verify(target), HttpClient.HttpClient, client),
    follow: Effect.gen(function* () {
      const { openid } = book.add(`o${yield* randomName(openidCharacters - 1)}`)
      yield* startFollowing(openid)
      return openid
    }),
    followAgain: Effect.fnUntraced(function* (openid) {
      if ((yield* phone(openid)).following) return yield* new PhoneFollowing()
      return yield* startFollowing(openid)
    }),
    unfollow: Effect.fnUntraced(function* (openid) {
      if (!(yield* phone(openid)).following) return yield* new PhoneNotFollowing()
      book.update(openid, (old) => ({ ...old, following: false }))
      yield* book.show(openid, "system", "platform", textContent("你已取消关注"))
      return yield* tell(openid, { kind: "event", event: "unsubscribe", key: "" })
    }),
    say: (openid, text, menuId) =>
      menuId === undefined
        ? act(openid, "message", textContent(text), { kind: "text", content: text })
        : act(openid, "click", textContent(text), { kind: "text", content: text, menuId }),
    press: (openid, key) => act(openid, "click", undefined, { kind: "event", event: "CLICK", key }),
    sendImage: Effect.fnUntraced(function* (openid) {
      const mediaId = yield* randomName(64)
      const picUrl = `http://mmbiz.qpic.cn/mmbiz_jpg/${mediaId}/0`
      return yield* act(openid, "message", mediaContent("image", mediaId, ""), {
        kind: "image",
        picUrl,
        mediaId
      })
    }),
    sendSticker: (openid) =>
      act(openid, "message", mediaContent("sticker", "", ""), { kind: "text", content: unsupportedKindText }),
    phone,
    snapshot: book.snapshot,
    changes: book.stream,
    endStreams: book.endStreams,
    account: makeAccountSide(settings, book)
  })
})
