import { Effect, Random, Result } from "effect"
import { dayMillis } from "../core/durations.ts"
import { refuse, type ApiRefusal } from "./errcode.ts"

/** Which of the two token calls made a token: they are isolated, neither ends the other's (protocol notes 5). */
export type TokenKind = "token" | "stable_token"

export interface IssuedToken {
  readonly value: string
  readonly kind: TokenKind
  readonly expiresAtMillis: number
  /** Ended before its time by a newer one: WeChat then answers 40001, not 42001. */
  readonly superseded: boolean
}

/** What the issuer remembers; newest token first. */
export interface TokenIssuer {
  readonly tokens: ReadonlyArray<IssuedToken>
  readonly forcedAtMillis: ReadonlyArray<number>
}

/** Today's lifetime of a token (notes 5). */
const tokenLifeSeconds = 7200
/** The old token goes on for this long after a new one was issued (notes 5). */
const overlapSeconds = 300
/** WeChat asks to reserve at least 512 characters; the simulator uses more, so that storage is really tested. */
const tokenCharacters = 544
/** `force_refresh` at most 20 times a day, at least 30 seconds apart (notes 5). */
const forcedPerDay = 20
const forcedApartMillis = 30_000
/** Old tokens are remembered, so that an expired one is told from an unknown one; more would only use memory. */
const rememberedTokens = 32

const tokenAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"

export const newIssuer: TokenIssuer = { tokens: [], forcedAtMillis: [] }

/** Characters of `[A-Za-z0-9_-]`, as in tokens, openids and media ids. */
export const randomName = (length: number): Effect.Effect<string> =>
  Effect.map(Effect.replicateEffect(Random.nextIntBetween(0, tokenAlphabet.length - 1), length), (picks) =>
    picks.map((pick) => tokenAlphabet[pick]).join("")
  )

/** A name for the next token. */
export const tokenName = randomName(tokenCharacters)

/** `/cgi-bin/token`: always a new token; the one before ends within the overlap. */
export const issueToken = (issuer: TokenIssuer, value: string, nowMillis: number): TokenIssuer =>
  issued(shorten(issuer, "token", nowMillis + overlapSeconds * 1000), value, "token", nowMillis)

/** The token that `/cgi-bin/stable_token` gives again: the latest, until five minutes before its end. */
export const currentStable = (issuer: TokenIssuer, nowMillis: number): IssuedToken | undefined => {
  const latest = issuer.tokens.find((token) => token.kind === "stable_token")
  return latest !== undefined && latest.expiresAtMillis - nowMillis > overlapSeconds * 1000
    ? latest
    : undefined
}

/** A new stable token; the one before lives to its own end, which is within the overlap. */
export const issueStable = (issuer: TokenIssuer, value: string, nowMillis: number): TokenIssuer =>
  issued(issuer, value, "stable_token", nowMillis)

/** `force_refresh: true`: the old stable token ends at once; 45011 when too soon, 45009 past the day's count. */
export const forceStable = (
  issuer: TokenIssuer,
  value: string,
  nowMillis: number
): Result.Result<TokenIssuer, ApiRefusal> => {
  const recent = issuer.forcedAtMillis.filter((at) => nowMillis - at < dayMillis)
  if (recent.some((at) => nowMillis - at < forcedApartMillis)) return Result.fail(refuse("minuteQuotaUsedUp"))
  if (recent.length >= forcedPerDay) return Result.fail(refuse("dailyQuotaUsedUp"))
  const ended = { ...shorten(issuer, "stable_token", nowMillis), forcedAtMillis: [...recent, nowMillis] }
  return Result.succeed(issued(ended, value, "stable_token", nowMillis))
}

/** What an API call's `access_token` is worth: 41001 missing, 40014 malformed, 42001 expired, 40001 unknown or not the latest. */
export const checkToken = (
  issuer: TokenIssuer,
  value: string | undefined,
  nowMillis: number
): Result.Result<IssuedToken, ApiRefusal> => {
  if (value === undefined || value === "") return Result.fail(refuse("tokenMissing"))
  if (!/^[\w-]+$/.test(value)) return Result.fail(refuse("tokenMalformed"))
  const token = issuer.tokens.find((candidate) => candidate.value === value)
  if (token === undefined) return Result.fail(refuse("tokenInvalid"))
  if (nowMillis < token.expiresAtMillis) return Result.succeed(token)
  return Result.fail(refuse(token.superseded ? "tokenInvalid" : "tokenExpired"))
}

/** Every token ends now, as when somebody else asked for new ones or the secret was reset. */
export const revokeAll = (issuer: TokenIssuer, nowMillis: number): TokenIssuer =>
  shorten(shorten(issuer, "token", nowMillis), "stable_token", nowMillis)

const issued = (issuer: TokenIssuer, value: string, kind: TokenKind, nowMillis: number): TokenIssuer => ({
  ...issuer,
  tokens: [
    { value, kind, expiresAtMillis: nowMillis + tokenLifeSeconds * 1000, superseded: false },
    ...issuer.tokens
  ].slice(0, rememberedTokens)
})

const shorten = (issuer: TokenIssuer, kind: TokenKind, untilMillis: number): TokenIssuer => ({
  ...issuer,
  tokens: issuer.tokens.map((token) =>
    token.kind === kind && token.expiresAtMillis > untilMillis
      ? { ...token, expiresAtMillis: untilMillis, superseded: true }
      : token
  )
})
