/** The unsaved reports: those that came while the database was down. They lie in memcached, sealed, until any server can save them. */
import { Clock, Context, Effect, Layer, Option, Schema } from "effect"
import { Openid } from "../core/openid.ts"
import { RoomId } from "../core/room.ts"
import type { DatabaseFailed } from "../database/database.ts"
import { unending } from "../event-loop/unending.ts"
import { Memcached, type MemcachedError } from "../memcached/memcached.ts"
import { keys, ttlSeconds } from "./keys.ts"
import { type NewReport, Reports } from "./reports.ts"
import { LinkSecret, makeFollowerHash, makeSeal } from "./secret-keys.ts"

/** How often each server looks whether something waits: one `gets`. */
const unsavedEverySeconds = 30

export class UnsavedReports extends Context.Service<
  UnsavedReports,
  {
    /** Saves a report, or keeps it until one can. Fails only where neither database nor memcached takes it. */
    readonly save: (report: NewReport) => Effect.Effect<void, MemcachedError>
    /** Saves what waits. What was sealed with another LINK_SECRET stays for whoever has that. */
    readonly saveWaiting: Effect.Effect<void, DatabaseFailed | MemcachedError>
    /** What a user reported until now is saved without their name from here on. Before it is deleted from the database. */
    readonly forget: (openid: Openid) => Effect.Effect<void, MemcachedError>
  }
>()("xiaohou/chat/UnsavedReports") {
  static readonly layer = Layer.effect(
    UnsavedReports,
    Effect.gen(function* () {
      const memcached = yield* Memcached
      const reports = yield* Reports
      const secret = yield* LinkSecret
      const seal = makeSeal(secret, "unsaved reports")
      const followerHash = makeFollowerHash(secret)
      const unfollowed = (openid: Openid) => keys.unfollowed(followerHash(openid))

      const isFromBefore = ({ reporter, atMillis }: NewReport) =>
        Effect.map(memcached.get(unfollowed(reporter)), (found) =>
          Option.exists(found, (millis) => atMillis <= Number(millis))
        )

      /** Looks when it is saved: whoever unfollowed before that look may have been deleted before the report came. */
      const saveNow = Effect.fnUntraced(function* (report: NewReport) {
        yield* reports.save(report)
        if (yield* isFromBefore(report)) yield* reports.save({ ...report, reporter: "" })
      })

      const keep = Effect.fnUntraced(function* (report: NewReport) {
        const line = `${seal.close(encode(report))}\n`
        const append = memcached.append(keys.unsavedReports, line)
        if (yield* append) return
        if (!(yield* memcached.add(keys.unsavedReports, line, ttlSeconds.unsavedReports))) yield* append
      })

      // Two servers at once save the same reports, and the same report twice is one.
      const saveWaiting = Effect.gen(function* () {
        const found = yield* memcached.gets(keys.unsavedReports)
        if (Option.isNone(found)) return
        const lines = found.value.value.split("\n").filter((line) => line !== "")
        const opened = lines.map((line) => ({ line, report: Option.flatMap(seal.open(line), decode) }))
        yield* Effect.forEach(
          opened.flatMap(({ report }) => Option.toArray(report)),
          saveNow,
          { discard: true }
        )
        const closed = opened.filter(({ report }) => Option.isNone(report)).map(({ line }) => `${line}\n`)
        if (closed.length === lines.length) return
        // False: another was kept meanwhile. It is found, with these, the next time.
        yield* closed.length === 0
          ? memcached.delete(keys.unsavedReports, found.value.version)
          : memcached.cas(
              keys.unsavedReports,
              closed.join(""),
              found.value.version,
              ttlSeconds.unsavedReports
            )
      })

      return UnsavedReports.of({
        save: (report) => Effect.catch(saveNow(report), () => keep(report)),
        saveWaiting,
        forget: (openid) =>
          Effect.flatMap(Clock.currentTimeMillis, (now) =>
            memcached.set(unfollowed(openid), String(now), ttlSeconds.unfollowed)
          )
      })
    })
  )

  /** Looks every `unsavedEverySeconds`, as long as the layer lives. */
  static readonly layerRunning: Layer.Layer<never, never, UnsavedReports> = Layer.effectDiscard(
    Effect.flatMap(UnsavedReports, ({ saveWaiting }) =>
      Effect.forkScoped(
        unending(
          "saving reports that wait",
          Effect.andThen(Effect.ignore(saveWaiting), Effect.sleep(`${unsavedEverySeconds} seconds`))
        )
      )
    )
  )
}

const NewReportItem = Schema.fromJsonString(
  Schema.Struct({
    room: RoomId,
    reporter: Openid,
    reported: Openid,
    atMillis: Schema.Natural,
    sealedLines: Schema.String
  })
)
const decode = Schema.decodeUnknownOption(NewReportItem)
const encode = Schema.encodeSync(NewReportItem)
