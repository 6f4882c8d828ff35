/** SQLite's log of writes, which holds the pages as they were before until a checkpoint empties it. */
import { Duration, Effect, Schedule, type Scope } from "effect"
import type { SqlClient, SqlError } from "effect/sql"

/** The deletion waits for the first try: a few milliseconds, unless the file is locked. */
const firstTryMillis = 500

/** A process that reads the file keeps the log for that time: `doctor` and `reports` for a moment, a backup for minutes. */
const againMillis = 5_000

/** An hour of tries: then somebody forgot a reader, which is logged, and the next deletion tries anew. */
const mostTries = 720

/**
 * What to do after something was erased: empties the log at once if nobody else is at the file, and otherwise in the background, as long as the
 * scope lives. Never fails, since what was erased is deleted all the same.
 */
export const makeLogEmptying = (
  sql: SqlClient.SqlClient,
  describe: (error: SqlError.SqlError) => string
): Effect.Effect<Effect.Effect<void>, never, Scope.Scope> =>
  Effect.map(Effect.scope, (scope) => {
    let isTriedAgain = false

    const checkpoint = sql<{ busy: number }>`PRAGMA wal_checkpoint(TRUNCATE)`.pipe(
      Effect.mapError(describe),
      Effect.flatMap(([row]) =>
        row?.busy === 0 ? Effect.void : Effect.fail("another process is at the file")
      ),
      Effect.timeoutOrElse({
        duration: Duration.millis(firstTryMillis),
        orElse: () => Effect.fail("the file is locked")
      })
    )

    const later = checkpoint.pipe(
      Effect.delay(Duration.millis(againMillis)),
      Effect.retry({ schedule: Schedule.forever, times: mostTries - 1 }),
      Effect.matchEffect({
        onSuccess: () => Effect.logInfo("SQLite's log is empty again"),
        onFailure: (problem) =>
          Effect.logError("SQLite's log could not be emptied; it is tried again with the next deletion", {
            problem
          })
      }),
      Effect.ensuring(Effect.sync(() => void (isTriedAgain = false)))
    )

    const tryAgain = (problem: string) =>
      Effect.suspend(() => {
        if (isTriedAgain) return Effect.void
        isTriedAgain = true
        return Effect.logWarning(
          "SQLite's log could not be emptied: what was deleted is still in its files; it is tried again",
          { problem }
        ).pipe(Effect.andThen(Effect.forkIn(later, scope)), Effect.asVoid)
      })

    return Effect.catch(checkpoint, tryAgain)
  })
