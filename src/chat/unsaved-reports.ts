/**
 * The unsaved reports: those that came while the database was down. Each lies in memcached as an item of its own, sealed, until any server can
 * save it; a list names them.
 */
import { createHash } from "node:crypto"
import { Context, Effect, Layer, Metric, Option, Schema } from "effect"
import { Openid } from "../core/openid.ts"
import { RoomId } from "../core/room.ts"
import type { DatabaseFailed } from "../database/database.ts"
import { unending } from "../event-loop/unending.ts"
import { Memcached, type MemcachedError } from "../memcached/memcached.ts"
import { keys, ttlSeconds } from "./keys.ts"
import { makeOutageLog } from "./outage-log.ts"
import { type NewReport, Reports } from "./reports.ts"
import { LinkSecret, makeFollowerHash, makeSeal } from "./secret-keys.ts"

/** How many may wait: more than a campus makes in the week for which they are kept, and a list of 44 KB. */
export const mostUnsavedReports = 1_000

/**
 * A look ends after so many reports that could not be saved: most likely the database is down, and each try may take its 2 s. The next look
 * begins with others, so that a report that the database refuses holds nobody up.
 */
export const failuresOfALook = 5

/** How often each server looks whether something waits: one `gets`. */
const unsavedEverySeconds = 30

/** Each failed attempt means that another server has just changed the list. */
const listAttempts = 16

/** A report that neither the database took nor the list of those that wait. */
export class ReportNotKept extends Schema.TaggedError<ReportNotKept>()("ReportNotKept", {
  reason: Schema.Literals(["full", "contended"])
}) {
  override get message() {
    return this.reason === "full"
      ? `${mostUnsavedReports} reports wait for the database already`
      : "other servers changed the list of the waiting reports at every try"
  }
}

export class UnsavedReports extends Context.Service<
  UnsavedReports,
  {
    /** Saves a report, or keeps it until one can. Fails only if neither database nor memcached takes it; may be tried again. */
    readonly save: (report: NewReport) => Effect.Effect<void, MemcachedError | ReportNotKept>
    /**
     * Saves what waits, each report by itself; the failure is that of one that still waits. What was sealed with another LINK_SECRET
     * stays for a server that has that.
     */
    readonly saveWaiting: Effect.Effect<void, DatabaseFailed | MemcachedError | ReportNotKept>
    /** What a user reported until then is saved without their name from here on. Before it is deleted from the database. */
    readonly forget: (openid: Openid, untilMillis: number) => Effect.Effect<void, MemcachedError>
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

      /** Checks for unfollowing after saving: the database may have forgotten the reporter just before this report arrived with their name. */
      const saveNow = Effect.fnUntraced(function* (report: NewReport) {
        yield* reports.save(report)
        if (yield* isFromBefore(report)) yield* reports.save({ ...report, reporter: "" })
      })

      /** Changes the list, also if other servers change it at the same moment, and gives the changed one. */
      const changeList = Effect.fnUntraced(function* (change: (names: Names) => Names) {
        const key = keys.unsavedReports
        for (let attempt = 0; attempt < listAttempts; attempt += 1) {
          const found = Option.getOrUndefined(yield* memcached.gets(key))
          const names = namesIn(found?.value)
          const next = change(names)
          const value = next.join("\n")
          if (value === names.join("\n")) return next
          const isDone =
            found === undefined
              ? memcached.add(key, value, ttlSeconds.unsavedReports)
              : value === ""
                ? memcached.delete(key, found.version)
                : memcached.cas(key, value, found.version, ttlSeconds.unsavedReports)
          if (yield* isDone) return next
        }
        return yield* new ReportNotKept({ reason: "contended" })
      })

      /** The item first: what the list names and is not there was saved. */
      const keep = Effect.fnUntraced(function* (report: NewReport) {
        const name = nameOf(report)
        yield* memcached.set(keys.unsavedReport(name), seal.close(encode(report)), ttlSeconds.unsavedReports)
        const names = yield* changeList((names) =>
          names.includes(name) || names.length >= mostUnsavedReports ? names : [...names, name]
        )
        if (names.includes(name)) return
        yield* memcached.delete(keys.unsavedReport(name))
        return yield* new ReportNotKept({ reason: "full" })
      })

      // Two servers at once save the same reports, and the same report twice is one.
      const trySaving = Effect.fnUntraced(function* (name: string) {
        const found = yield* memcached.get(keys.unsavedReport(name))
        // Another server saved it, or memcached lost it.
        if (Option.isNone(found)) return "gone"
        const report = Option.flatMap(seal.open(found.value), decode)
        if (Option.isNone(report)) return "closed"
        yield* saveNow(report.value)
        yield* memcached.delete(keys.unsavedReport(name))
        return "gone"
      })

      const saveWaiting = Effect.gen(function* () {
        const names = namesIn(Option.getOrUndefined(yield* memcached.gets(keys.unsavedReports))?.value)
        const gone = new Set<string>()
        const failed = new Map<string, DatabaseFailed | MemcachedError>()
        for (const name of names) {
          if (failed.size >= failuresOfALook) break
          const outcome = yield* Effect.result(trySaving(name))
          if (outcome._tag === "Failure") failed.set(name, outcome.failure)
          else if (outcome.success === "gone") gone.add(name)
        }
        const left =
          names.length === 0
            ? []
            : yield* changeList((names) => {
                const others = names.filter((name) => !gone.has(name) && !failed.has(name))
                return [...others, ...names.filter((name) => failed.has(name))]
              })
        yield* Metric.update(reportsWaiting, left.length)
        const [failure] = failed.values()
        if (failure !== undefined) return yield* failure
      })

      return UnsavedReports.of({
        save: (report) => Effect.catch(saveNow(report), () => keep(report)),
        saveWaiting,
        forget: (openid, untilMillis) =>
          memcached.set(unfollowed(openid), String(untilMillis), ttlSeconds.unfollowed)
      })
    })
  )

  /** Looks every `unsavedEverySeconds`, as long as the layer lives. */
  static readonly layerRunning: Layer.Layer<never, never, UnsavedReports> = Layer.effectDiscard(
    Effect.flatMap(UnsavedReports, ({ saveWaiting }) => {
      const outage = makeOutageLog({
        begins: "reports that wait in memcached cannot be saved; it is tried every 30 s",
        ends: "reports that wait can be saved again"
      })
      const look = Effect.andThen(outage.watch(saveWaiting), Effect.sleep(`${unsavedEverySeconds} seconds`))
      return Effect.forkScoped(unending("saving reports that wait", look))
    })
  )
}

const reportsWaiting = Metric.gauge("reports_waiting", {
  description: "Reports that wait in memcached for the database, as this process saw at its last look"
})

/** Names of items, oldest first; those that could not be saved at the last look stand behind the others. */
type Names = ReadonlyArray<string>

const namesIn = (list: string | undefined): Names =>
  list === undefined ? [] : list.split("\n").filter((name) => name !== "")

/** The same for the same report, however often it is kept, and nobody can find it who does not know both. */
const nameOf = ({ room, reported }: NewReport): string =>
  createHash("sha256").update(`${room} ${reported}`).digest("base64url")

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
