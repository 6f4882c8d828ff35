/** The simulated WeChat: followers with phones who act, an account that answers and pushes, and the rules between them. */
import { Clock, Context, Effect, Layer, type Stream } from "effect"
import { HttpClient } from "effect/http"
import { attemptMillis } from "../wechat/attempts.ts"
import { PhoneFollowing, PhoneNotFollowing, PhoneUnknown, type ActError } from "./act-error.ts"
import { makeAccountSide } from "./account-side.ts"
import { grant, type Trigger } from "./allowance.ts"
import { doingOf } from "./act-meaning.ts"
import { checkAddress, type AddressCheck } from "./address-check.ts"
import { callbackBody, messageIdAt, nameOf, type UserAct } from "./callback-body.ts"
import { secondsOnLine, type CallbackLine } from "./callback-exchange.ts"
import { deliver, faultSentence, type Delivery } from "./callbacks.ts"
import { goodConditions, modeInForce, type Conditions, type ConditionsChange } from "./conditions.ts"
import { makeFaults } from "./fault-plan.ts"
import { followEvent, scanEvent } from "./follow-events.ts"
import { failedAt, heldBack, isSilent, noFailures } from "./mass-failure.ts"
import { makeMediaStore, type Media, type NewMedia } from "./media-store.ts"
import type { PhoneAct } from "./phone-act.ts"
import { makePhoneBook, type NumberedChange, type Snapshot } from "./phone-book.ts"
import { accountContent, textContent, type Phone } from "./phone.ts"
import type { PlatformSettings } from "./platform-settings.ts"
import { randomName } from "./token-issuer.ts"

export class Platform extends Context.Service<
  Platform,
  {
    /** WeChat's check of the callback addresses; it is on the wire if it came out otherwise than the last time. */
    readonly checkAddresses: Effect.Effect<ReadonlyArray<AddressCheck>>
    /** `checkAddresses`: true when each echo came back. */
    readonly verify: Effect.Effect<boolean>
    /** A new phone, which does not follow the account yet; its openid (28 characters). */
    readonly addPhone: Effect.Effect<string>
    /** A new phone follows the account; its openid. Ends when the callback's outcome is shown, like every act. */
    readonly follow: Effect.Effect<string>
    readonly act: (openid: string, act: PhoneAct) => Effect.Effect<Delivery, ActError>
    /** `act` with a typed text, or a click on a menu button. */
    readonly say: (openid: string, text: string, menuId?: string) => Effect.Effect<Delivery, ActError>
    readonly press: (openid: string, key: string) => Effect.Effect<Delivery, ActError>
    /** Keeps something that phones or the account upload; its media id. */
    readonly keepMedia: (media: NewMedia) => Effect.Effect<Media>
    readonly media: (id: string) => Effect.Effect<Media | undefined>
    readonly conditions: Effect.Effect<Conditions>
    readonly change: (change: ConditionsChange) => Effect.Effect<Conditions>
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
const ticketCharacters = 96

/** Articles that an answer may show (protocol notes 3.2). */
const articlesToMessage = 1
const articlesToEvent = 8

const makePlatform = Effect.fnUntraced(function* (settings: PlatformSettings) {
  const client = yield* HttpClient.HttpClient
  const book = yield* makePhoneBook(
    settings.accountName ?? "小猴",
    { ...goodConditions, ...settings.conditions },
    settings.aesKey !== undefined
  )
  const faults = makeFaults(book.setStruck)
  faults.set(book.conditions().faults)
  const mediaStore = makeMediaStore()
  const { token, appId, aesKey } = settings
  const line: CallbackLine = {
    callbackUrls: settings.callbackUrls,
    token,
    keys: aesKey === undefined ? undefined : { token, appId, key: aesKey },
    accountId: settings.accountId,
    attemptLimitMillis: settings.attemptLimitMillis ?? attemptMillis,
    knowsMedia: (id, nowMillis) => mediaStore.find(id, nowMillis) !== undefined,
    mode: () => modeInForce(book.conditions(), aesKey !== undefined),
    clockAheadMillis: () => book.conditions().clockAheadSeconds * 1000
  }
  let messageCount = 0
  let failures = noFailures

  const tell = Effect.fnUntraced(
    function* (
      openid: string,
      act: UserAct,
      answerable = true
    ): Effect.fn.Return<Delivery, never, HttpClient.HttpClient> {
      const nowMillis = yield* Clock.currentTimeMillis
      messageCount += 1
      const body = callbackBody(
        {
          accountId: settings.accountId,
          openid,
          createTimeSeconds: yield* secondsOnLine(line),
          messageId: messageIdAt(nowMillis, messageCount)
        },
        act
      )
      const what = nameOf(act)
      const articlesShown = act.kind === "event" ? articlesToEvent : articlesToMessage
      if (isSilent(failures, nowMillis)) {
        book.record(heldBack(openid, what, nowMillis))
        if (answerable) yield* showDelivery(openid, { _tag: "Fault", reason: "MarkFail" })
        return { _tag: "Fault", reason: "MarkFail" }
      }
      const delivery = yield* deliver(line, faults, { openid, body, what, articlesShown }, book.record)
      if (delivery._tag === "Fault") failures = failedAt(failures, yield* Clock.currentTimeMillis)
      if (answerable) yield* showDelivery(openid, delivery)
      return delivery
    },
    Effect.provideService(HttpClient.HttpClient, client)
  )

  /** A follower who has left sees nothing any more: an unsubscribe cannot be answered (protocol notes 2.4). */
  const showDelivery = (openid: string, delivery: Delivery): Effect.Effect<void> => {
    if (book.phone(openid)?.following !== true) return Effect.void
    switch (delivery._tag) {
      case "Message":
        return Effect.andThen(
          book.exchanged(openid),
          book.show(openid, "account", "reply", accountContent(delivery.message))
        )
      case "Fault":
        return book.show(openid, "system", "platform", textContent(faultSentence))
      case "Handover":
        return book.show(openid, "system", "platform", textContent("已转接人工客服"))
      case "Silence":
        return Effect.void
    }
  }

  const phone = (openid: string): Effect.Effect<Phone, PhoneUnknown> =>
    Effect.suspend(() => {
      const found = book.phone(openid)
      return found === undefined ? Effect.fail(new PhoneUnknown()) : Effect.succeed(found)
    })

  const opens = Effect.fnUntraced(function* (openid: string, trigger: Trigger) {
    const nowMillis = yield* Clock.currentTimeMillis
    book.update(openid, (old) => ({
      ...old,
      allowance: grant(trigger, nowMillis),
      lastExchangeMillis: nowMillis
    }))
  })

  const startFollowing = Effect.fnUntraced(function* (openid: string, tells: UserAct) {
    book.update(openid, (old) => ({ ...old, following: true }))
    yield* opens(openid, "follow")
    yield* book.show(openid, "system", "platform", textContent("你已关注该公众号"))
    return yield* tell(openid, tells)
  })

  const scan = Effect.fnUntraced(function* (openid: string, scene: string, followed: boolean) {
    const tells = scanEvent(scene, followed, yield* randomName(ticketCharacters))
    if (!followed) return yield* startFollowing(openid, tells)
    yield* opens(openid, "scan")
    return yield* tell(openid, tells)
  })

  /** How many acts of each phone have no outcome yet. */
  const underWay = new Map<string, number>()

  const act = (openid: string, does: PhoneAct): Effect.Effect<Delivery, ActError> =>
    Effect.acquireUseRelease(
      Effect.map(Clock.currentTimeMillis, (atMillis) => {
        const before = underWay.get(openid) ?? 0
        underWay.set(openid, before + 1)
        book.acted({ openid, does, atMillis, atOnce: before > 0 })
      }),
      () => carryOut(openid, does),
      () => Effect.sync(() => underWay.set(openid, (underWay.get(openid) ?? 1) - 1))
    )

  const carryOut = Effect.fnUntraced(function* (
    openid: string,
    does: PhoneAct
  ): Effect.fn.Return<Delivery, ActError> {
    const { following } = yield* phone(openid)
    if (does.act === "scan") return yield* scan(openid, does.scene, following)
    if (does.act === "follow") {
      if (following) return yield* new PhoneFollowing()
      return yield* startFollowing(openid, followEvent(does.eventKey))
    }
    if (!following) return yield* new PhoneNotFollowing()
    if (does.act === "unfollow") {
      book.update(openid, (old) => ({ ...old, following: false }))
      yield* book.show(openid, "system", "platform", textContent("你已取消关注"))
      return yield* tell(openid, { kind: "event", event: "unsubscribe", fields: [["EventKey", ""]] })
    }
    const mediaId = yield* mediaStore.idFor(does)
    const picUrl = `http://mmbiz.qpic.cn/mmbiz_jpg/${mediaId}/0`
    const doing = doingOf(does, { mediaId, picUrl, menuId: book.menuId() })
    if (doing.trigger !== undefined) yield* opens(openid, doing.trigger)
    if (doing.own !== undefined) yield* book.show(openid, "own", "user", doing.own)
    let delivery = yield* tell(openid, doing.tells, doing.answerable)
    for (const next of doing.afterwards ?? []) delivery = yield* carryOut(openid, next)
    return delivery
  })

  const addPhone = Effect.map(randomName(openidCharacters - 1), (name) => book.add(`o${name}`).openid)

  let lastChecks = new Map<string, string | undefined>()
  const checkAddresses = Effect.gen(function* () {
    const checks = yield* Effect.forEach(settings.callbackUrls, (address) => checkAddress(line, address))
    for (const { address, problem, entry } of checks) {
      if (!lastChecks.has(address) || lastChecks.get(address) !== problem) book.record(entry)
    }
    lastChecks = new Map(checks.map(({ address, problem }) => [address, problem]))
    return checks
  }).pipe(Effect.provideService(HttpClient.HttpClient, client))

  return Platform.of({
    checkAddresses,
    verify: Effect.map(checkAddresses, (checks) => checks.every(({ problem }) => problem === undefined)),
    addPhone,
    follow: Effect.gen(function* () {
      const openid = yield* addPhone
      yield* Effect.orDie(act(openid, { act: "follow" }))
      return openid
    }),
    act,
    say: (openid, text, menuId) =>
      act(openid, { act: "say", text, ...(menuId === undefined ? {} : { menuId }) }),
    press: (openid, key) => act(openid, { act: "press", key }),
    keepMedia: mediaStore.keep,
    media: (id) => Effect.map(Clock.currentTimeMillis, (now) => mediaStore.find(id, now)),
    conditions: Effect.sync(book.conditions),
    change: (change) =>
      Effect.sync(() => {
        book.setConditions({ ...book.conditions(), ...change })
        if (change.faults !== undefined) faults.set(change.faults)
        return book.conditions()
      }),
    phone,
    snapshot: book.snapshot,
    changes: book.stream,
    endStreams: book.endStreams,
    account: makeAccountSide(settings, book, faults, line.knowsMedia)
  })
})
