/** The reports and the blocks that follow from them: what must outlive memcached, in the database. */
import { Clock, Context, Effect, Layer, Schedule } from "effect"
import type { SqlClient } from "effect/sql"
import { dayMillis, minuteMillis } from "../core/durations.ts"
import type { Openid } from "../core/openid.ts"
import { reportKeptDays, type RoomId } from "../core/room.ts"
import { Database, type DatabaseFailed } from "../database/database.ts"
import { unending } from "../event-loop/unending.ts"
import { makeOutageLog } from "./outage-log.ts"

/** How many blocks of one person pairing knows, the newest: they stand in the lobby beside whoever waits. */
export const blocksKnown = 100

/** What nobody waits for is tried again every 30 s for a quarter of an hour while the database is down. */
export const databaseAgain = { schedule: Schedule.spaced("30 seconds"), times: 30 } as const

/**
 * A block may come into the database so much later than it was made: all its tries, and clocks that differ by minutes. One that waited
 * longer (`unsaved-reports.ts`) is read when all is read anew; until then its mark stands in memcached, where it waited.
 */
export const lateSaveMillis = 20 * minuteMillis

/** `openid` never wants to meet `blocked` again. */
export interface Block {
  readonly openid: Openid
  readonly blocked: Openid
}

/** `sealedLines`: the last lines of the room, as `last-lines.ts` seals them. Milliseconds since 1970. */
export interface Report {
  readonly room: RoomId
  /** Empty once the reporter unfollowed. */
  readonly reporter: Openid | ""
  readonly reported: Openid
  readonly atMillis: number
  readonly sealedLines: string
}

/** Of somebody who was just a follower. */
export type NewReport = Report & { readonly reporter: Openid }

export class Reports extends Context.Service<
  Reports,
  {
    /**
     * Keeps a report, and that its two are never paired again. The same report twice is one. Without a reporter: they unfollowed; it
     * takes their name from what was saved of it.
     */
    readonly save: (report: Report) => Effect.Effect<void, DatabaseFailed>
    /** The blocks made since a time (milliseconds since 1970), oldest first. */
    readonly blocksSince: (millis: number) => Effect.Effect<ReadonlyArray<Block>, DatabaseFailed>
    /** All that are kept, newest first. */
    readonly list: Effect.Effect<ReadonlyArray<Report>, DatabaseFailed>
    /** Deletes the reports that have been kept long enough. */
    readonly expire: Effect.Effect<void, DatabaseFailed>
    /**
     * Deletes the blocks that a user made until then (milliseconds since 1970), and their name from the reports of that time. Reports about
     * them stay until they expire.
     */
    readonly forget: (openid: Openid, untilMillis: number) => Effect.Effect<void, DatabaseFailed>
  }
>()("xiaohou/chat/Reports") {
  static readonly layer: Layer.Layer<Reports, never, Database> = Layer.effect(
    Reports,
    Effect.gen(function* () {
      const database = yield* Database
      return Reports.of({
        save: ({ room, reporter, reported, atMillis, sealedLines }) => {
          const row = { room, reporter, reported, at: atMillis, lines: sealedLines }
          const isUnfollowed = reporter === ""
          const rest = (sql: SqlClient.SqlClient) =>
            isUnfollowed
              ? Effect.andThen(
                  sql`DELETE FROM blocks WHERE blocked = ${reported} AND openid =
                    (SELECT reporter FROM reports WHERE room = ${room} AND reported = ${reported})`,
                  sql`UPDATE reports SET reporter = '' WHERE room = ${room} AND reported = ${reported}`
                )
              : sql`INSERT INTO blocks ${sql.insert({ openid: reporter, blocked: reported, at: atMillis })}
                  ON CONFLICT DO NOTHING`
          return database[isUnfollowed ? "erase" : "use"]((sql) =>
            sql.withTransaction(
              Effect.andThen(sql`INSERT INTO reports ${sql.insert(row)} ON CONFLICT DO NOTHING`, rest(sql))
            )
          )
        },
        blocksSince: (millis) =>
          database.use(
            (sql) => sql<Block>`SELECT openid, blocked FROM blocks WHERE at >= ${millis} ORDER BY at`
          ),
        list: Effect.map(
          database.use((sql) => sql<Row>`SELECT * FROM reports ORDER BY at DESC`),
          (rows) => rows.map(({ at, lines, ...rest }) => ({ ...rest, atMillis: at, sealedLines: lines }))
        ),
        expire: Effect.flatMap(Clock.currentTimeMillis, (now) =>
          database.erase((sql) => sql`DELETE FROM reports WHERE at < ${now - reportKeptMillis}`)
        ),
        forget: (openid, untilMillis) =>
          database.erase((sql) =>
            Effect.andThen(
              sql`DELETE FROM blocks WHERE openid = ${openid} AND at <= ${untilMillis}`,
              sql`UPDATE reports SET reporter = '' WHERE reporter = ${openid} AND at <= ${untilMillis}`
            )
          )
      })
    })
  )

  /** Expires reports every hour, as long as the layer lives. */
  static readonly layerExpiring: Layer.Layer<never, never, Reports> = Layer.effectDiscard(
    Effect.flatMap(Reports, ({ expire }) => {
      const outage = makeOutageLog({
        begins: "reports that were kept long enough cannot be deleted; it is tried every hour",
        ends: "reports that were kept long enough can be deleted again"
      })
      return Effect.forkScoped(
        unending("deleting old reports", Effect.andThen(outage.watch(expire), Effect.sleep("1 hour")))
      )
    })
  )

  /** In this process, and gone with it. */
  static readonly layerMemory: Layer.Layer<Reports> = Layer.sync(Reports, () => {
    let reports: ReadonlyArray<Report> = []
    let blocks: ReadonlyArray<Block & { readonly atMillis: number }> = []
    return Reports.of({
      save: (report) =>
        Effect.sync(() => {
          const isSame = ({ room, reported }: Report) => room === report.room && reported === report.reported
          const saved = reports.find(isSame)
          if (saved === undefined) reports = [report, ...reports]
          const { reporter: openid, reported: blocked, atMillis } = report
          if (openid === "") {
            blocks = blocks.filter((block) => block.openid !== saved?.reporter || block.blocked !== blocked)
            reports = reports.map((one) => (isSame(one) ? { ...one, reporter: "" } : one))
            return
          }
          const isKnown = blocks.some((block) => block.openid === openid && block.blocked === blocked)
          if (!isKnown) blocks = [...blocks, { openid, blocked, atMillis }]
        }),
      blocksSince: (millis) =>
        Effect.sync(() =>
          blocks
            .filter(({ atMillis }) => atMillis >= millis)
            .toSorted((one, other) => one.atMillis - other.atMillis)
            .map(({ openid, blocked }) => ({ openid, blocked }))
        ),
      list: Effect.sync(() => reports),
      expire: Effect.map(Clock.currentTimeMillis, (now) => {
        reports = reports.filter(({ atMillis }) => atMillis >= now - reportKeptMillis)
      }),
      forget: (openid, untilMillis) =>
        Effect.sync(() => {
          blocks = blocks.filter((block) => block.openid !== openid || block.atMillis > untilMillis)
          reports = reports.map((report) =>
            report.reporter === openid && report.atMillis <= untilMillis
              ? { ...report, reporter: "" }
              : report
          )
        })
    })
  })
}

const reportKeptMillis = reportKeptDays * dayMillis

interface Row {
  readonly room: RoomId
  readonly reporter: Openid | ""
  readonly reported: Openid
  readonly at: number
  readonly lines: string
}
