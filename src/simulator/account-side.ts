/** What the account may do by API: tokens, pushes, typing, the menu; the rules of protocol notes 5, 6 and 7. */
import { Clock, Effect, Redacted, Result } from "effect"
import type { AccountMessage } from "./account-message.ts"
import { spend } from "./allowance.ts"
import { makeCallCounts } from "./call-counts.ts"
import type { Faults } from "./fault-plan.ts"
import { refuse, type ApiRefusal } from "./errcode.ts"
import { checkMenu, type Menu } from "./menu.ts"
import type { PhoneBook } from "./phone-book.ts"
import { accountContent, textContent, type Phone } from "./phone.ts"
import {
  checkToken,
  currentStable,
  newIssuer,
  forceStable,
  issueStable,
  issueToken,
  revokeAll,
  tokenName
} from "./token-issuer.ts"
import { cutRaw, type WireEntry } from "./wire.ts"

export interface AppCredentials {
  readonly appId: string
  readonly appSecret: Redacted.Redacted
}

/** A token, and for how many whole seconds it still lives. */
export interface TokenAnswer {
  readonly access_token: string
  readonly expires_in: number
}

/** The sign of typing needs an exchange in the last 30 s, and is seen for 15 s (notes 6.3). */
const typingNeedsExchangeWithinMillis = 30_000
const typingShownMillis = 15_000

/** The grey line under a push with `aimsgcontext.is_ai_msg` (notes 6.2). */
const aiMark = "内容由第三方AI生成"

export const makeAccountSide = (
  app: AppCredentials,
  book: PhoneBook,
  faults: Faults,
  knowsMedia: (mediaId: string, nowMillis: number) => boolean
) => {
  let issuer = newIssuer
  const counts = makeCallCounts(() => book.conditions().kind)

  const answer = (value: string): Effect.Effect<TokenAnswer> =>
    Effect.map(Clock.currentTimeMillis, (nowMillis) => {
      const endMillis = issuer.tokens.find((token) => token.value === value)?.expiresAtMillis ?? nowMillis
      return { access_token: value, expires_in: Math.floor((endMillis - nowMillis) / 1000) }
    })

  const receiver = (openid: string): Effect.Effect<Phone, ApiRefusal> => {
    const phone = book.phone(openid)
    if (phone === undefined) return Effect.fail(refuse("openidInvalid"))
    return phone.following ? Effect.succeed(phone) : Effect.fail(refuse("notFollowing"))
  }

  return {
    /** 41002, 41004 missing; 40013, 40125 wrong. */
    checkApp: (appId: string, secret: string): Effect.Effect<void, ApiRefusal> => {
      if (appId === "") return Effect.fail(refuse("appIdMissing"))
      if (secret === "") return Effect.fail(refuse("appSecretMissing"))
      if (appId !== app.appId) return Effect.fail(refuse("appIdInvalid"))
      return secret === Redacted.value(app.appSecret) ? Effect.void : Effect.fail(refuse("appSecretInvalid"))
    },

    /** 40013 for another account's. */
    checkAppId: (appId: string): Effect.Effect<void, ApiRefusal> =>
      appId === app.appId ? Effect.void : Effect.fail(refuse("appIdInvalid")),

    /** `/cgi-bin/token`: a new one each time. */
    token: Effect.gen(function* () {
      const value = yield* tokenName
      issuer = issueToken(issuer, value, yield* Clock.currentTimeMillis)
      return yield* answer(value)
    }),

    /** `/cgi-bin/stable_token`: the same one until five minutes before its end, unless forced. */
    stableToken: Effect.fnUntraced(function* (
      forceRefresh: boolean
    ): Effect.fn.Return<TokenAnswer, ApiRefusal> {
      const value = yield* tokenName
      const nowMillis = yield* Clock.currentTimeMillis
      if (forceRefresh) {
        issuer = yield* Effect.fromResult(forceStable(issuer, value, nowMillis))
        return yield* answer(value)
      }
      const current = currentStable(issuer, nowMillis)
      if (current !== undefined) return yield* answer(current.value)
      issuer = issueStable(issuer, value, nowMillis)
      return yield* answer(value)
    }),

    checkToken: (value: string | undefined): Effect.Effect<void, ApiRefusal> =>
      Effect.flatMap(Clock.currentTimeMillis, (nowMillis) =>
        Effect.asVoid(Effect.fromResult(checkToken(issuer, value, nowMillis)))
      ),

    /** `custom/send` of a message that was read: 40003, 40007, 43004, 45015, 45047; otherwise it appears on the phone. */
    push: Effect.fnUntraced(function* (
      openid: string,
      message: AccountMessage,
      madeByAi: boolean
    ): Effect.fn.Return<void, ApiRefusal> {
      const phone = yield* receiver(openid)
      const nowMillis = yield* Clock.currentTimeMillis
      if ("mediaId" in message && !knowsMedia(message.mediaId, nowMillis))
        return yield* refuse("mediaInvalid")
      const left = spend(phone.allowance, nowMillis)
      if (Result.isFailure(left)) return yield* left.failure
      book.update(openid, (old) => ({ ...old, allowance: left.success }))
      yield* book.exchanged(openid)
      yield* book.show(openid, "account", "push", accountContent(message))
      if (madeByAi) yield* book.show(openid, "system", "platform", textContent(aiMark))
    }),

    /** `custom/typing`: 45072 command, 45080 no recent exchange, 45081 already typing. */
    typing: Effect.fnUntraced(function* (
      openid: string,
      command: string
    ): Effect.fn.Return<void, ApiRefusal> {
      const phone = yield* receiver(openid)
      const nowMillis = yield* Clock.currentTimeMillis
      if (command === "CancelTyping") {
        book.update(openid, (old) => ({ ...old, typingUntilMillis: 0 }))
        return
      }
      if (command !== "Typing") return yield* refuse("typingCommandInvalid")
      if (nowMillis - phone.lastExchangeMillis > typingNeedsExchangeWithinMillis)
        return yield* refuse("typingNeedsExchange")
      if (phone.typingUntilMillis > nowMillis) return yield* refuse("typingAlready")
      book.update(openid, (old) => ({ ...old, typingUntilMillis: nowMillis + typingShownMillis }))
    }),

    createMenu: (menu: Menu): Effect.Effect<void, ApiRefusal> =>
      Effect.map(Effect.fromResult(checkMenu(menu)), book.setMenu),

    /** 46003 if there is none. */
    menu: Effect.suspend(() => {
      const menu = book.menu()
      return menu === null ? Effect.fail(refuse("noMenu")) : Effect.succeed(menu)
    }),

    deleteMenu: Effect.sync(() => book.setMenu(null)),

    /** 48001, 45009, 45011; counts the call. */
    admit: counts.admit,
    quotaOf: counts.quotaOf,
    clearQuota: counts.clearAll,
    clearQuotaOf: counts.clearOne,

    /** Every token ends at once. */
    revokeTokens: Effect.map(Clock.currentTimeMillis, (nowMillis) => {
      issuer = revokeAll(issuer, nowMillis)
    }),

    faultsOn: faults.onCall,

    recordCall: (entry: Omit<WireEntry, "id">): void => {
      const secret = Redacted.value(app.appSecret)
      const blot = (text: string) => text.replaceAll(secret, "***")
      const { url, requestBody } = entry.raw
      book.record({ ...entry, raw: cutRaw({ ...entry.raw, url: blot(url), requestBody: blot(requestBody) }) })
    }
  }
}
