import { Console, DateTime, Effect, Layer, Option, References } from "effect"
import { Command, Flag } from "effect/cli"
import { linkSecretLayer } from "../app.ts"
import { LastLines } from "../chat/last-lines.ts"
import { type Report, Reports } from "../chat/reports.ts"
import { Database } from "../database/database.ts"
import { Memcached } from "../memcached/memcached.ts"
import type { Settings } from "../settings.ts"
import { settingsFor } from "./settings-from-environment.ts"

/** `lines` is absent if they were sealed with another LINK_SECRET. */
interface OpenedReport {
  readonly at: string
  readonly reporter: string
  readonly reported: string
  readonly lines?: ReadonlyArray<{
    readonly at: string
    readonly by: "reporter" | "reported"
    readonly said: string
  }>
}

const list = Effect.fnUntraced(function* (timeZone: DateTime.TimeZone) {
  const reports = yield* Reports
  const lastLines = yield* LastLines
  yield* reports.expire
  return (yield* reports.list).map((report) => opened(report, lastLines, timeZone))
})

const opened = (
  { atMillis, reporter, reported, sealedLines }: Report,
  lastLines: LastLines["Service"],
  timeZone: DateTime.TimeZone
): OpenedReport => {
  const time = (millis: number) => DateTime.formatIsoZoned(DateTime.makeZonedUnsafe(millis, { timeZone }))
  const lines = Option.map(lastLines.open(sealedLines), (all) =>
    all.map(({ from, atMillis: saidAt, content }) => ({
      at: time(saidAt),
      by: from === reported ? ("reported" as const) : ("reporter" as const),
      said: content._tag === "Text" ? content.text : `[${content._tag} ${content.mediaId}]`
    }))
  )
  return {
    at: time(atMillis),
    reporter: reporter === "" ? "(unfollowed)" : reporter,
    reported,
    ...(Option.isNone(lines) ? {} : { lines: lines.value })
  }
}

const asText = ({ at, reporter, reported, lines }: OpenedReport): string =>
  [
    `${at}  reported: ${reported}  by: ${reporter}`,
    ...(lines === undefined
      ? ["  the lines cannot be read: they were sealed with another LINK_SECRET"]
      : lines.map(({ at: saidAt, by, said }) => `  ${saidAt} ${by}: ${said.replaceAll("\n", "\n    ")}`))
  ].join("\n")

/** The reports of the settings' database; nothing of memcached is read. */
const storeLayer = (settings: Settings) =>
  Layer.merge(Reports.layer, LastLines.layer).pipe(
    Layer.provide([Database.layer(settings.databaseUrl), Memcached.layerMemory, linkSecretLayer(settings)])
  )

export const reportsCommand = Command.make(
  "reports",
  {
    json: Flag.Boolean("json").pipe(Flag.withDescription("As a list in JSON"), Flag.withDefault(false))
  },
  Effect.fnUntraced(function* ({ json }) {
    const settings = yield* settingsFor("inspect")
    const reports = yield* list(settings.timeZone).pipe(
      Effect.provide(storeLayer(settings)),
      Effect.provideService(References.MinimumLogLevel, "None")
    )
    if (json) return yield* Console.log(JSON.stringify(reports, null, 2))
    yield* Console.log(reports.length === 0 ? "No reports." : reports.map(asText).join("\n\n"))
  })
).pipe(
  Command.withDescription(
    "Print the chats that people reported, newest first, with the last lines, which only LINK_SECRET opens"
  )
)
