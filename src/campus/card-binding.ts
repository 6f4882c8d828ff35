/** Binds a student's card to the person a link was sent to: asks the school once, keeps the uuid, and tells them in the chat. */
import { Clock, Context, Effect, Layer, Option, Schema } from "effect"
import { Background } from "../chat/background.ts"
import { Campus } from "../chat/campus.ts"
import { Postman } from "../chat/postman.ts"
import { text } from "../core/content.ts"
import type { Openid } from "../core/openid.ts"
import type { Sentence } from "../core/sentence.ts"
import { word } from "../core/wording.ts"
import type { DatabaseFailed } from "../database/database.ts"
import type { MemcachedError } from "../memcached/memcached.ts"
import { BindingAttempts, type TooManyTries } from "./binding-attempts.ts"
import { Bindings } from "./bindings.ts"
import { type Card, CampusGateway, type Uuid } from "./gateway.ts"
import type { GatewayError } from "./gateway-exchange.ts"
import { type LinkExpired, Links, type LinkSpoiled, type OpenedLink } from "./links.ts"

/** A card was bound with this link already, or its person took all of them back. */
export class LinkUsed extends Schema.TaggedError<LinkUsed>()("LinkUsed", {}) {
  override get message() {
    return "this link is used or void"
  }
}

/** Why a link opens nothing. */
export type LinkProblem = LinkSpoiled | LinkExpired | LinkUsed

/** Why something cannot be kept or looked up. */
export type StoreProblem = DatabaseFailed | MemcachedError

export class CardBinding extends Context.Service<
  CardBinding,
  {
    /** Whether the person of a link is bound at the moment. */
    readonly look: (
      sealed: string
    ) => Effect.Effect<{ readonly isBound: boolean }, LinkProblem | StoreProblem>
    /** Once for each link. Whatever was bound before is replaced. */
    readonly bind: (
      sealed: string,
      card: Card
    ) => Effect.Effect<void, LinkProblem | StoreProblem | TooManyTries | GatewayError>
    /** Deletes what is kept of the person of a link, and voids their links. */
    readonly unbind: (sealed: string) => Effect.Effect<void, LinkProblem | StoreProblem>
  }
>()("xiaohou/campus/CardBinding") {
  static readonly layer = Layer.effect(
    CardBinding,
    Effect.gen(function* () {
      const attempts = yield* BindingAttempts
      const background = yield* Background
      const bindings = yield* Bindings
      const campus = yield* Campus
      const gateway = yield* CampusGateway
      const links = yield* Links
      const postman = yield* Postman

      const usable = Effect.fnUntraced(function* (sealed: string) {
        const link = yield* links.open("bind", sealed)
        return (yield* bindings.isExpected(link)) ? link : yield* new LinkUsed()
      })

      /** Fetches the timetable, and tells the person in one message. */
      const welcome = Effect.fnUntraced(function* (openid: Openid) {
        const timetable = yield* campus.answer(openid, { button: "更新课表" })
        const sentences: ReadonlyArray<Sentence> = [{ _tag: "Bound" }, ...timetable]
        yield* postman.deliver(openid, {
          content: text(sentences.map(word).join("\n\n")),
          group: "binding",
          importance: "notice"
        })
      })

      const keep = Effect.fnUntraced(function* (link: OpenedLink, uuid: Uuid) {
        if (!(yield* bindings.bind(link, uuid))) return yield* new LinkUsed()
        yield* background.run(welcome(link.openid))
      })

      const bind = Effect.fnUntraced(function* (sealed: string, card: Card) {
        const link = yield* usable(sealed)
        yield* attempts.count(link, card.number)
        const uuid = yield* gateway.signIn(card)
        // If the browser goes away now, the person must not be bound without being told.
        yield* Effect.uninterruptible(keep(link, uuid))
      })

      return CardBinding.of({
        look: Effect.fnUntraced(function* (sealed) {
          const { openid } = yield* usable(sealed)
          return { isBound: Option.isSome(yield* bindings.of(openid)) }
        }),
        bind,
        unbind: Effect.fnUntraced(function* (sealed) {
          const { openid } = yield* usable(sealed)
          yield* bindings.forget(openid)
          yield* campus.forget(openid, yield* Clock.currentTimeMillis)
        })
      })
    })
  )
}
