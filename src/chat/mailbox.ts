/** The mailboxes: what waits for a user until WeChat lets us deliver it, in order. */
import { Context, Effect, Layer, Option, Schema } from "effect"
import { Kept } from "../core/folding.ts"
import type { Openid } from "../core/openid.ts"
import { WriteId } from "../core/room.ts"
import { type Ask, ask, understood } from "../memcached/asks.ts"
import { Memcached, type MemcachedError, type Version, type Versioned } from "../memcached/memcached.ts"
import { newWriteId } from "./identifiers.ts"
import { keys, ttlSeconds } from "./keys.ts"

/** How many things one mailbox holds. Beyond that the writer is told that it is full, and nothing older is dropped. */
export const mailboxCapacity = 200

/** How large one mailbox may grow, in characters: well under memcached's 1 MiB for one item. */
const mailboxMaxCharacters = 200_000

/** Room for our own words beyond what lines may fill: they are few, and must not be lost for lines. */
const mailboxRoomForNotices = 20

/** How often taking starts over because something was added at the same moment. */
const takeAttempts = 8

/** A thing in a mailbox. If the answer to storing it was lost, its mark shows whether it is there. */
export interface Marked extends Kept {
  readonly mark?: WriteId
}

/** A mailbox as it was read, oldest first. No version: it is empty. */
export interface Mail {
  readonly kept: ReadonlyArray<Marked>
  readonly version: Version | undefined
}

export class Mailbox extends Context.Service<
  Mailbox,
  {
    readonly peek: (openid: Openid) => Effect.Effect<Mail, MemcachedError>
    /** The same, to be asked together with others. */
    readonly peeking: (openid: Openid) => Ask<Mail>
    /** Whether so many things like this one could be added at the moment. */
    readonly hasRoom: (openid: Openid, kept: Kept, count: number) => Effect.Effect<boolean, MemcachedError>
    /** Adds at the end. False: the mailbox (as it was read) is full, and nothing was added. */
    readonly keep: (openid: Openid, mail: Mail, kept: Marked) => Effect.Effect<boolean, MemcachedError>
    /**
     * Takes the first `count` things out, whatever was added behind them since, and puts `instead` in their place. False: they do
     * not stand in front any more. To be used by the holder only.
     */
    readonly take: (
      openid: Openid,
      mail: Mail,
      count: number,
      instead?: ReadonlyArray<Marked>
    ) => Effect.Effect<boolean, MemcachedError>
    /** Puts things in front that were taken out, as they were. False as for `take`. To be used by the holder only. */
    readonly putBack: (
      openid: Openid,
      things: ReadonlyArray<Marked>
    ) => Effect.Effect<boolean, MemcachedError>
    /**
     * Becomes the only one who takes things out of this mailbox, until `letGo`. False: somebody else is at it. A holder who
     * died is forgotten after `ttlSeconds.mailLock`.
     */
    readonly hold: (openid: Openid) => Effect.Effect<boolean, MemcachedError>
    readonly letGo: (openid: Openid) => Effect.Effect<void>
    /** Runs `use` while holding the mailbox; `undefined` without running it when somebody else is at it. */
    readonly exclusively: <A, E, R>(
      openid: Openid,
      use: Effect.Effect<A, E, R>
    ) => Effect.Effect<A | undefined, E | MemcachedError, R>
    readonly forget: (openid: Openid) => Effect.Effect<void, MemcachedError>
  }
>()("xiaohou/chat/Mailbox") {
  static readonly layer = Layer.effect(
    Mailbox,
    Effect.gen(function* () {
      const memcached = yield* Memcached

      const peek = (openid: Openid) => Effect.map(memcached.gets(keys.mail(openid)), mailIn)
      const peeking = (openid: Openid) => understood(ask.gets(keys.mail(openid)), mailIn)

      const append = (key: string, line: string): Effect.Effect<boolean, MemcachedError> =>
        Effect.flatMap(memcached.append(key, line), (appended) =>
          appended ? Effect.succeed(true) : memcached.add(key, line, ttlSeconds.mail)
        )

      const keep = Effect.fnUntraced(function* (openid: Openid, mail: Mail, kept: Marked) {
        if (isFull(mail, kept, 1)) return false
        const key = keys.mail(openid)
        const mark = kept.mark ?? (yield* newWriteId)
        const line = `${encode({ ...kept, mark })}\n`
        const stored = append(key, line).pipe(
          // Somebody created it between our two tries.
          Effect.flatMap((done) => (done ? Effect.succeed(true) : append(key, line))),
          Effect.catchTag("MemcachedUnanswered", () =>
            Effect.flatMap(memcached.get(key), (found) =>
              Option.exists(found, (value) => value.includes(mark)) ? Effect.succeed(true) : append(key, line)
            )
          )
        )
        return yield* stored
      })

      const tryTake = (
        openid: Openid,
        { kept, version }: Mail,
        count: number,
        instead: ReadonlyArray<Marked>
      ) => {
        const rest = [...instead, ...kept.slice(count)]
        if (version === undefined) {
          return count > 0 || rest.length === 0
            ? Effect.succeed(count === 0)
            : memcached.add(keys.mail(openid), format(rest), ttlSeconds.mail)
        }
        return rest.length === 0
          ? memcached.delete(keys.mail(openid), version)
          : memcached.cas(keys.mail(openid), format(rest), version, ttlSeconds.mail)
      }

      const take = Effect.fnUntraced(function* (
        openid: Openid,
        mail: Mail,
        count: number,
        instead: ReadonlyArray<Marked> = []
      ) {
        let current = mail
        for (let attempt = 0; attempt < takeAttempts; attempt += 1) {
          const done = yield* Effect.catchTag(
            tryTake(openid, current, count, instead),
            "MemcachedUnanswered",
            () => Effect.succeed("unanswered" as const)
          )
          if (done === true) return true
          current = yield* peek(openid)
          // Nothing was to go: that it was carried out shows by what was to come.
          if (done === "unanswered" && count === 0 && beginsWith(current, instead)) return true
          const stillThere = beginsWith(current, mail.kept.slice(0, count))
          // Only the holder takes things out: what is gone after a try without an answer was taken by that try.
          if (!stillThere) return done === "unanswered"
        }
        return false
      })

      const putBack = (openid: Openid, things: ReadonlyArray<Marked>) =>
        Effect.flatMap(peek(openid), (mail) => take(openid, mail, 0, things))

      const hold = (openid: Openid) => memcached.add(keys.mailLock(openid), "held", ttlSeconds.mailLock)
      const letGo = (openid: Openid) => Effect.ignore(memcached.delete(keys.mailLock(openid)))

      const exclusively = <A, E, R>(openid: Openid, use: Effect.Effect<A, E, R>) =>
        Effect.acquireUseRelease(
          hold(openid),
          (held): Effect.Effect<A | undefined, E, R> => (held ? use : Effect.as(Effect.void, undefined)),
          (held) => (held ? letGo(openid) : Effect.void)
        )

      return Mailbox.of({
        peek,
        peeking,
        hasRoom: (openid, kept, count) => Effect.map(peek(openid), (mail) => !isFull(mail, kept, count)),
        keep,
        take,
        putBack,
        hold,
        letGo,
        exclusively,
        forget: (openid) => Effect.asVoid(memcached.delete(keys.mail(openid)))
      })
    })
  )
}

// One line of JSON a thing, so that keeping is one `append` and needs no reading. A line that cannot be read is left out.
const Line = Schema.fromJsonString(Schema.Struct({ ...Kept.fields, mark: Schema.optionalKey(WriteId) }))
const decode = Schema.decodeUnknownOption(Line)
const encode = Schema.encodeSync(Line)

export const noMail: Mail = { kept: [], version: undefined }

const mailIn = (found: Option.Option<Versioned>): Mail =>
  Option.isNone(found) ? noMail : { kept: parse(found.value.value), version: found.value.version }

const parse = (value: string): ReadonlyArray<Marked> =>
  value
    .split("\n")
    .filter((line) => line !== "")
    .flatMap((line) => Option.toArray(decode(line)))

const format = (kept: ReadonlyArray<Marked>): string => kept.map((one) => `${encode(one)}\n`).join("")

const beginsWith = ({ kept }: Mail, things: ReadonlyArray<Marked>): boolean =>
  format(kept.slice(0, things.length)) === format(things)

const isFull = (mail: Mail, { from }: Kept, count: number): boolean =>
  from === undefined
    ? mail.kept.length + count > mailboxCapacity + mailboxRoomForNotices
    : mail.kept.length + count > mailboxCapacity || sizeOf(mail) >= mailboxMaxCharacters

const sizeOf = (mail: Mail): number =>
  mail.kept.reduce((size, { content }) => size + (content._tag === "Text" ? content.text.length : 0), 0)
