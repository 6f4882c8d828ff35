import { Clock, Effect, Metric, Option } from "effect"
import type { Openid } from "../core/openid.ts"
import type { RoomId } from "../core/room.ts"
import type { Sentence } from "../core/sentence.ts"
import { Background } from "./background.ts"
import { Blocks } from "./blocks.ts"
import type { Reporting } from "./command-kinds.ts"
import { LastLines } from "./last-lines.ts"
import { LastPartners } from "./last-partners.ts"
import { databaseAgain } from "./reports.ts"
import { LinkSecret, makeFollowerHash } from "./secret-keys.ts"
import { UnsavedReports } from "./unsaved-reports.ts"

const reportsTotal = Metric.counter("reports_total", {
  description: "Chats that somebody reported",
  incremental: true
})

/** The reporter was told that the report came: only the operator can see that it went no further. */
export const reportsLostTotal = Metric.counter("reports_lost_total", {
  description: "Reports that neither the database nor memcached took; the two are kept apart all the same",
  incremental: true
})

/** What a report came to. */
export interface Reported {
  /** What there is to say of the last partner. */
  readonly sentences: ReadonlyArray<Sentence>
  /** Counts and logs it. To be done when what follows the report is done, since until then it may be made again. */
  readonly count: Effect.Effect<void>
}

/**
 * Reports a partner, or the last one: the two are not paired again from here on, and the report with its last lines goes to the database,
 * for which nobody waits. To be done before the room is closed, and again should that not succeed: the same report twice is one.
 */
export const makeReporting = Effect.gen(function* () {
  const background = yield* Background
  const blocks = yield* Blocks
  const lastLines = yield* LastLines
  const lastPartners = yield* LastPartners
  const unsaved = yield* UnsavedReports
  const hash = makeFollowerHash(yield* LinkSecret)

  const report = Effect.fnUntraced(function* (reporter: Openid, about: Openid, room: RoomId) {
    const [sealedLines, atMillis] = yield* Effect.all(
      [lastLines.sealed(room), Clock.currentTimeMillis, blocks.add(reporter, about)],
      { concurrency: "unbounded" }
    )
    const who = { follower: hash(reporter), about: hash(about) }
    const lost = (error: { readonly message: string }) =>
      Effect.andThen(
        Metric.update(reportsLostTotal, 1),
        Effect.logError("a report is lost", { ...who, problem: error.message })
      )
    yield* background.run(
      unsaved
        .save({ room, reporter, reported: about, atMillis, sealedLines })
        .pipe(Effect.retry(databaseAgain), Effect.catch(lost))
    )
    return Effect.andThen(Metric.update(reportsTotal, 1), Effect.logInfo("a chat was reported", who))
  })

  const reportLast = Effect.fnUntraced(function* (reporter: Openid, but: Openid | undefined) {
    const last = yield* lastPartners.of(reporter)
    if (Option.isNone(last)) return refused({ _tag: "NothingToReport" })
    const { room, partner } = last.value
    if (partner === but) return refused({ _tag: "ReportByMark" })
    const count = yield* report(reporter, partner, room)
    return { sentences: [{ _tag: "Reported", last: true }], count } satisfies Reported
  })

  return Effect.fnUntraced(function* (reporter: Openid, command: Reporting) {
    if (command._tag === "ReportLast") return yield* reportLast(reporter, command.but)
    const count = yield* report(reporter, command.about, command.room)
    return { sentences: [], count } satisfies Reported
  })
})

const refused = (sentence: Sentence): Reported => ({ sentences: [sentence], count: Effect.void })
