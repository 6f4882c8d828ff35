/** Links that are sent to one user: for a while, to one page, and nobody can make, change or read them. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto"
import { Clock, Context, Effect, Layer, Redacted, Schema } from "effect"
import { Openid } from "../core/openid.ts"

const minuteMillis = 60_000
const dayMillis = 24 * 60 * minuteMillis

/** The pages that links lead to: the path, and for how long a link is good. */
export const linkedPages = {
  /** Long enough to look up a password; short, since whoever holds the link may bind a card to this person. */
  bind: { path: "/bind", lifetimeMillis: 10 * minuteMillis },
  timetable: { path: "/timetable", lifetimeMillis: 30 * dayMillis },
  /** A calendar goes on asking for as long as a term and its holidays last. */
  calendar: { path: "/timetable.ics", lifetimeMillis: 240 * dayMillis },
  books: { path: "/books", lifetimeMillis: dayMillis }
} as const
export type LinkedPage = keyof typeof linkedPages

/** The parameter of the address that holds what is sealed. */
export const linkParameter = "link"

export interface OpenedLink {
  readonly openid: Openid
  /** Names this link and no other; says nothing about the person. */
  readonly id: string
  /** Milliseconds since 1970. */
  readonly expiresAtMillis: number
}

/** Not one of our links, or one to another page. */
export class LinkSpoiled extends Schema.TaggedError<LinkSpoiled>()("LinkSpoiled", {}) {
  override get message() {
    return "this is no link of ours"
  }
}

/** One of our links, too old. */
export class LinkExpired extends Schema.TaggedError<LinkExpired>()("LinkExpired", {}) {
  override get message() {
    return "this link has run out"
  }
}

export interface LinkOptions {
  /** Base of the addresses, without a slash at the end. */
  readonly publicUrl: string
  /** Shared by all servers; none: a new one, so that links end with this process. */
  readonly secret: Redacted.Redacted | undefined
}

export class Links extends Context.Service<
  Links,
  {
    /** The address of a page for one person, good for the page's time. */
    readonly to: (page: LinkedPage, openid: Openid) => Effect.Effect<string>
    /** For whom a link was made; `sealed` is the value of `linkParameter`. */
    readonly open: (page: LinkedPage, sealed: string) => Effect.Effect<OpenedLink, LinkSpoiled | LinkExpired>
  }
>()("xiaohou/campus/Links") {
  static readonly layer = ({ publicUrl, secret }: LinkOptions): Layer.Layer<Links> =>
    Layer.sync(Links, () => {
      const key = sealingKey(secret)
      return Links.of({
        to: (page, openid) =>
          Effect.map(Clock.currentTimeMillis, (now) => {
            const expiresAtMillis = now + linkedPages[page].lifetimeMillis
            return `${publicUrl}${linkedPages[page].path}?${linkParameter}=${seal(key, page, { openid, expiresAtMillis })}`
          }),
        open: Effect.fnUntraced(function* (page, sealed) {
          const opened = unseal(key, page, sealed)
          if (opened === undefined) return yield* new LinkSpoiled()
          if (opened.expiresAtMillis <= (yield* Clock.currentTimeMillis)) return yield* new LinkExpired()
          return opened
        })
      })
    })
}

// Encrypted and signed in one: `nonce ‖ ciphertext of (end ‖ openid) ‖ tag`, with the page as what the tag covers besides.
const algorithm = "aes-256-gcm"
const keyBytes = 32
const nonceBytes = 12
const tagBytes = 16
const timeBytes = 8

/** An openid has 28 characters (protocol notes); twice that and more is not worth a look. */
const sealedMostCharacters = 256

const sealingKey = (secret: Redacted.Redacted | undefined): Buffer =>
  secret === undefined
    ? randomBytes(keyBytes)
    : Buffer.from(hkdfSync("sha256", Redacted.value(secret), "", "links to users", keyBytes))

const seal = (key: Buffer, page: LinkedPage, link: Omit<OpenedLink, "id">): string => {
  const nonce = randomBytes(nonceBytes)
  const time = Buffer.alloc(timeBytes)
  time.writeBigUInt64BE(BigInt(link.expiresAtMillis))
  const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(page))
  const sealed = [cipher.update(time), cipher.update(link.openid, "utf8"), cipher.final()]
  return Buffer.concat([nonce, ...sealed, cipher.getAuthTag()]).toString("base64url")
}

const unseal = (key: Buffer, page: LinkedPage, sealed: string): OpenedLink | undefined => {
  if (sealed.length > sealedMostCharacters) return undefined
  const bytes = Buffer.from(sealed, "base64url")
  // Buffer skips what is no base64url: the same link has one spelling only.
  if (bytes.toString("base64url") !== sealed || bytes.length < nonceBytes + timeBytes + tagBytes) {
    return undefined
  }
  const nonce = bytes.subarray(0, nonceBytes)
  const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes })
    .setAAD(Buffer.from(page))
    .setAuthTag(bytes.subarray(-tagBytes))
  const plain = decrypted(() =>
    Buffer.concat([decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()])
  )
  if (plain === undefined) return undefined
  return {
    openid: Openid.make(plain.toString("utf8", timeBytes)),
    id: nonce.toString("base64url"),
    expiresAtMillis: Number(plain.readBigUInt64BE())
  }
}

/** Node throws where the tag does not fit. */
const decrypted = (act: () => Buffer): Buffer | undefined => {
  try {
    return act()
  } catch {
    return undefined
  }
}
