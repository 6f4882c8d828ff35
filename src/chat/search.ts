import { Effect } from "effect"
import type { Command } from "../core/command.ts"
import { step } from "../core/conversation.ts"
import type { ChatEvent } from "../core/event.ts"
import { buttonAsked } from "../core/intent.ts"
import type { Openid } from "../core/openid.ts"
import type { Sentence } from "../core/sentence.ts"
import type { Chat } from "../core/session.ts"
import type { MemcachedError } from "../memcached/memcached.ts"
import type { Answer } from "./answer.ts"
import { makeHeldSearch } from "./held-search.ts"
import { Matchmaker } from "./matchmaker.ts"
import { News } from "./news.ts"
import type { Outcome } from "./pairing-moves.ts"
import { Postman } from "./postman.ts"
import { Rooms, type StoredRoom } from "./rooms.ts"
import { Sessions, type StoredSession } from "./sessions.ts"

/** A look for a partner, from the state that was just seen. */
export interface Search {
  readonly openid: Openid
  readonly stored: StoredSession
  readonly room: StoredRoom | undefined
  readonly command: Extract<Command, { readonly _tag: "Look" }>
  readonly event: ChatEvent
  /** Milliseconds since 1970. */
  readonly askedAtMillis: number
  /** What there is to say of how things stand, when time has passed since the question. */
  readonly told: (openid: Openid) => Effect.Effect<ReadonlyArray<Sentence>, MemcachedError>
}

/** Looks for a partner, and says what came of it. `changed`: what to do if the session was changed by somebody else. */
export const makeSearch = Effect.gen(function* () {
  const matchmaker = yield* Matchmaker
  const news = yield* News
  const postman = yield* Postman
  const rooms = yield* Rooms
  const sessions = yield* Sessions
  const untilFound = yield* makeHeldSearch

  const look = ({ openid, stored, room, command }: Search) => {
    if (command.room === undefined) return matchmaker.look({ openid, stored })
    const waiting = room?.value?._tag === "Waiting" ? { deadlineMillis: room.value.deadlineMillis } : {}
    return matchmaker.look({ openid, stored, room: command.room, ...waiting })
  }

  const notFound = Effect.fnUntraced(function* <A>(
    search: Search,
    outcome: Exclude<Outcome, Found>,
    changed: Changed<A>
  ) {
    const { openid, command, event, askedAtMillis } = search
    const told = Effect.suspend(() => search.told(openid))
    // Any other word of somebody who waits is answered at once; for a partner the exchange may be held.
    const askedForPartner = buttonAsked(event) !== undefined
    switch (outcome._tag) {
      case "SessionChanged":
        return yield* changed()
      case "GivenUp": {
        // Who was joined meanwhile, or waits since an earlier press, hears that.
        const { value: session } = yield* sessions.read(openid)
        return { sentences: session === undefined ? [{ _tag: "Busy" }] : yield* told } satisfies Answer
      }
      case "Waits":
        // While the lobby was asked they may have been joined, or have left by another press, and been told so. What began a
        // search was carried out: to step again would leave a partner of whom they do not know yet. Other words are for that one.
        if ((yield* rooms.read(outcome.room)).value?._tag !== "Waiting") {
          return askedForPartner || command.room === undefined
            ? ({ sentences: yield* told } satisfies Answer)
            : yield* changed()
        }
        if (askedForPartner && !(yield* postman.mayPush)) {
          return {
            sentences: [],
            later: untilFound(openid, outcome.room, askedAtMillis, told)
          } satisfies Answer
        }
        return said({ _tag: "NobodyThere", room: outcome.room })
    }
  })

  return <A>(search: Search, changed: Changed<A>): Effect.Effect<Answer | A, MemcachedError> =>
    Effect.flatMap(look(search), (outcome): Effect.Effect<Answer | A, MemcachedError> => {
      if (outcome._tag !== "Found") return notFound(search, outcome, changed)
      news.answered(search.openid, outcome.room)
      return Effect.succeed(said(found(outcome)))
    })
})

type Changed<A> = () => Effect.Effect<A, MemcachedError>

type Found = Extract<Outcome, { readonly _tag: "Found" }>

const found = ({ room, partner, sinceMillis }: Found): ChatEvent => ({
  _tag: "PartnerFound",
  room,
  partner,
  sinceMillis
})

const said = (event: ChatEvent): Answer => {
  const sentences: Array<Sentence> = []
  for (const command of step(looking, event).commands) {
    if (command._tag === "Reply") sentences.push(command.sentence)
  }
  return { sentences }
}

const looking: Chat = { _tag: "Looking" }
