/** Links that are sent to one user: good for a while and for one page, and nobody else can make, change or read them. */
import { Clock, Context, Effect, Layer, Option, Record, Schema } from "effect"
import { LinkSecret, makeSeal } from "../chat/secret-keys.ts"
import { dayMillis, minuteMillis } from "../core/durations.ts"
import { Openid } from "../core/openid.ts"

/** The pages that links lead to: the path, and for how long a link is good. */
export const linkedPages = {
  /** Long enough to look up a password; short, since anybody who holds the link may bind a card to this person. */
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
  /** Unique to this link; says nothing about the person. */
  readonly id: string
  /** Milliseconds since 1970. */
  readonly expiresAtMillis: number
}

export interface MadeLink {
  readonly address: string
  readonly link: OpenedLink
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
}

export class Links extends Context.Service<
  Links,
  {
    /** The address of a page for one person, good for the page's time. */
    readonly to: (page: LinkedPage, openid: Openid) => Effect.Effect<string>
    /** The same, with what opening the link gives. */
    readonly make: (page: LinkedPage, openid: Openid) => Effect.Effect<MadeLink>
    /** For whom a link was made; `sealed` is the value of `linkParameter`. */
    readonly open: (page: LinkedPage, sealed: string) => Effect.Effect<OpenedLink, LinkSpoiled | LinkExpired>
  }
>()("xiaohou/campus/Links") {
  static readonly layer = ({ publicUrl }: LinkOptions): Layer.Layer<Links> =>
    Layer.effect(
      Links,
      Effect.map(LinkSecret, (secret) => {
        const seals = Record.map(linkedPages, (_, page) => makeSeal(secret, `link ${page}`))
        const make = (page: LinkedPage, openid: Openid): Effect.Effect<MadeLink> =>
          Effect.map(Clock.currentTimeMillis, (now) => {
            const { path, lifetimeMillis } = linkedPages[page]
            const expiresAtMillis = now + lifetimeMillis
            const sealed = seals[page].close(`${expiresAtMillis} ${openid}`)
            return {
              address: `${publicUrl}${path}?${linkParameter}=${sealed}`,
              link: { openid, id: idOf(sealed), expiresAtMillis }
            }
          })
        return Links.of({
          to: (page, openid) => Effect.map(make(page, openid), ({ address }) => address),
          make,
          open: Effect.fnUntraced(function* (page, sealed) {
            const opened = isOneSpelling(sealed) ? linkIn(sealed, seals[page].open(sealed)) : undefined
            if (opened === undefined) return yield* new LinkSpoiled()
            if (opened.expiresAtMillis <= (yield* Clock.currentTimeMillis)) return yield* new LinkExpired()
            return opened
          })
        })
      })
    )
}

/** An openid has 28 characters (protocol notes); a link much longer than that needs is not read at all. */
const sealedMostCharacters = 256

/** Readers of base64url skip characters that are none: otherwise a used link would be a new one in another spelling. */
const isOneSpelling = (sealed: string): boolean =>
  sealed.length <= sealedMostCharacters && Buffer.from(sealed, "base64url").toString("base64url") === sealed

/** The characters in which a seal begins, with its nonce: different for each link. */
const idCharacters = 16

const idOf = (sealed: string): string => sealed.slice(0, idCharacters)

const linkIn = (sealed: string, text: Option.Option<string>): OpenedLink | undefined => {
  const [, expires, openid] = /^(\d+) (.+)$/su.exec(Option.getOrElse(text, () => "")) ?? []
  return expires === undefined || openid === undefined
    ? undefined
    : {
        openid: Openid.make(openid),
        id: idOf(sealed),
        expiresAtMillis: Number(expires)
      }
}
