/**
 * The news: tells a user, on our own initiative, what became of the room that their session points at. Each piece of news is
 * told once: whoever tells marks the session first, and a mark that nobody followed up runs out.
 */
import { Clock, Context, Effect, Layer } from "effect"
import { text } from "../core/content.ts"
import { news } from "../core/chat-news.ts"
import type { Openid } from "../core/openid.ts"
import type { Room, RoomId } from "../core/room.ts"
import { resolve, type Session, sessionOf } from "../core/session.ts"
import { word } from "../core/wording.ts"
import type { MemcachedError } from "../memcached/memcached.ts"
import { longestPushMillis } from "../wechat/api.ts"
import { newWriteId } from "./identifiers.ts"
import { Postman } from "./postman.ts"
import { Rooms } from "./rooms.ts"
import { Sessions, type StoredSession } from "./sessions.ts"
import { ToldPairs } from "./told-pairs.ts"

/** How long a teller may take, with the longest push and the operations around it, before others may tell instead. */
export const tellingLeaseMillis = longestPushMillis + 4_000

/**
 * How long others wait for a push that is under way, so that what they have for the same user does not overtake it, or say it again. A push
 * takes some 200 ms, and hardly ever more than this. A teller who takes longer is not waited for, which leaves a second to answer in time.
 */
const tellingWaitMillis = 3_200
const tellingPollMillis = 100

/**
 * For so long after a pair was made the answer that says so may still be on its way to one of the two: two operations that reach their limit of 1 s,
 * and the answer itself. Word of the end waits for it, unless this server gave that answer.
 */
export const answerUnderWayMillis = 2_500

/** Pieces of news in a row about one room: it was made, and it ended. One more for a lost race. */
const newsInARow = 4

/** Tells somebody what there is to tell. */
export type Telling = Effect.Effect<void, MemcachedError>

export class News extends Context.Service<
  News,
  {
    /** This server is about to answer the user with word of the pair in this room. */
    readonly answered: (openid: Openid, room: RoomId) => void
    /** Tells `openid` what is new about `room`, if their session still points there and nobody else is telling. */
    readonly tell: (openid: Openid, room: RoomId) => Effect.Effect<void, MemcachedError>
    /**
     * The same in two steps: the session is marked, and what comes back tells. It has to be run at once, since the mark runs out. Undefined: there is
     * nothing to tell. If another is telling, what comes back does nothing; they may have died over it.
     */
    readonly begin: (openid: Openid, room: RoomId) => Effect.Effect<Telling | undefined, MemcachedError>
    /** The same as `tell`, but while another is telling it waits for them, up to `tellingWaitMillis`: what comes after must not overtake. */
    readonly tellFirst: (openid: Openid, room: RoomId) => Effect.Effect<void, MemcachedError>
    /**
     * The session once nobody is telling the user anything, so that what they hear next does not overtake it. After
     * `tellingWaitMillis` it comes without the mark of the teller, whose news is then for the caller to tell.
     */
    readonly untold: (openid: Openid, stored: StoredSession) => Effect.Effect<StoredSession, MemcachedError>
  }
>()("xiaohou/chat/News") {
  static readonly layer = Layer.effect(
    News,
    Effect.gen(function* () {
      const sessions = yield* Sessions
      const rooms = yield* Rooms
      const postman = yield* Postman
      const toldPairs = new ToldPairs()

      /** How long the answer may still be on its way without which the end of this room means nothing to the user. */
      const unheardMillis = (openid: Openid, id: RoomId, room: Room | undefined, now: number) => {
        if (room?._tag !== "Closed" || room.sinceMillis === undefined || toldPairs.knows(openid, id)) return 0
        // Called off while it was being made, perhaps by a server whose clock is wrong.
        if (room.why === "lost") return answerUnderWayMillis
        return Math.min(answerUnderWayMillis, room.sinceMillis + answerUnderWayMillis - now)
      }

      /** `piece`: which of the pieces in a row it is. */
      const begin = Effect.fnUntraced(function* (
        openid: Openid,
        room: RoomId,
        piece = 1,
        mayBeUnheard = true
      ): Effect.fn.Return<Telling | undefined, MemcachedError> {
        const stored = yield* sessions.read(openid)
        const session = stored.value
        if (session?.room !== room) return undefined
        const found = yield* rooms.read(room)
        const now = yield* Clock.currentTimeMillis
        // A waiting room is closed first; then there is news.
        if (found.value?._tag === "Waiting" && found.value.opener === openid) return undefined
        const chat = resolve(session, found.value, openid, now)
        const sentence = news(chat)
        // Who left knows it, and hears it in the answer.
        if (sentence === undefined || sentence._tag === "Left") {
          return (session.tellingUntilMillis ?? 0) > now ? Effect.void : undefined
        }
        const unheard = mayBeUnheard ? unheardMillis(openid, room, found.value, now) : 0
        if (unheard > 0) {
          const later = Effect.delay(begin(openid, room, piece, false), unheard)
          return Effect.flatMap(later, runIfAny)
        }
        const next =
          piece < newsInARow ? Effect.flatMap(begin(openid, room, piece + 1), runIfAny) : Effect.void
        const mark = yield* newWriteId
        const marked: Session = { ...session, tellingUntilMillis: now + tellingLeaseMillis, writtenBy: mark }
        if (!(yield* sessions.write(openid, stored, marked))) return next
        return Effect.gen(function* () {
          yield* postman.deliver(openid, {
            content: text(word(sentence)),
            group: room,
            importance: "notice"
          })
          if (chat._tag === "Paired") toldPairs.tell(openid, room)
          const after = yield* sessions.read(openid)
          if (after.value?.writtenBy === mark) {
            const settled = chat._tag === "Paired" ? sessionOf(chat, yield* newWriteId) : undefined
            yield* sessions.write(openid, after, settled)
          }
          yield* next
        })
      })

      const tell = (openid: Openid, room: RoomId) => Effect.flatMap(begin(openid, room), runIfAny)

      const tellFirst = Effect.fnUntraced(function* (openid: Openid, room: RoomId) {
        for (let waited = 0; waited < tellingWaitMillis; waited += tellingPollMillis) {
          yield* tell(openid, room)
          const { value: session } = yield* sessions.read(openid)
          const until = session?.room === room ? session.tellingUntilMillis : undefined
          if (until === undefined || until <= (yield* Clock.currentTimeMillis)) return
          yield* Effect.sleep(tellingPollMillis)
        }
      })

      const untold = (openid: Openid, stored: StoredSession) =>
        isBeingTold(stored) ? afterTelling(openid, stored) : Effect.succeed(stored)

      const afterTelling = Effect.fnUntraced(function* (openid: Openid, first: StoredSession) {
        let stored = first
        for (let waited = 0; waited < tellingWaitMillis; waited += tellingPollMillis) {
          const until = stored.value?.tellingUntilMillis
          if (until === undefined || until <= (yield* Clock.currentTimeMillis)) return stored
          yield* Effect.sleep(tellingPollMillis)
          stored = yield* sessions.read(openid)
        }
        return unmarked(stored)
      })

      return News.of({
        answered: (openid, room) => toldPairs.tell(openid, room),
        tell,
        begin: (openid, room) => begin(openid, room),
        tellFirst,
        untold
      })
    })
  )
}

const runIfAny = (telling: Telling | undefined): Telling => telling ?? Effect.void

/** Somebody is telling the user something, or was when they died. */
export const isBeingTold = ({ value }: StoredSession): boolean => value?.tellingUntilMillis !== undefined

const unmarked = (stored: StoredSession): StoredSession => {
  if (stored.value === undefined) return stored
  const { tellingUntilMillis: _given, ...value } = stored.value
  return { ...stored, value }
}
