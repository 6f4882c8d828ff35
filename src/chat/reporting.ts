import { Clock, Effect, Metric } from "effect"
import type { Openid } from "../core/openid.ts"
import { Background } from "./background.ts"
import { Blocks } from "./blocks.ts"
import type { Reporting } from "./command-kinds.ts"
import { LastLines } from "./last-lines.ts"
import { databaseAgain, Reports } from "./reports.ts"
import { LinkSecret, makeFollowerHash } from "./secret-keys.ts"

const reportsTotal = Metric.counter("reports_total", {
  description: "Chats that somebody reported",
  incremental: true
})

/**
 * Reports the partner: the two are not paired again from here on, and the report with its last lines goes to the database, for which
 * nobody waits. To be done before the room is closed, and again should that not succeed: the same report twice is one.
 */
export const makeReporting = Effect.gen(function* () {
  const background = yield* Background
  const blocks = yield* Blocks
  const lastLines = yield* LastLines
  const reports = yield* Reports
  const hash = makeFollowerHash(yield* LinkSecret)

  return Effect.fnUntraced(function* (reporter: Openid, { room, about }: Reporting) {
    const [sealedLines, atMillis] = yield* Effect.all(
      [lastLines.sealed(room), Clock.currentTimeMillis, blocks.add(reporter, about)],
      { concurrency: "unbounded" }
    )
    yield* Metric.update(reportsTotal, 1)
    yield* Effect.logInfo("a chat was reported", { follower: hash(reporter), about: hash(about) })
    yield* background.run(
      Effect.retry(reports.save({ room, reporter, reported: about, atMillis, sealedLines }), databaseAgain)
    )
  })
})
