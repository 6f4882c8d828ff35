import { readFileSync } from "node:fs"
import { parseEnv } from "node:util"
import { Array, Cause, Effect, Layer, Logger, type LogLevel, References } from "effect"
import { problemOf } from "./problem.ts"
import {
  type Purpose,
  readSettings,
  type Settings,
  type SettingsInvalid,
  type Variables
} from "../settings.ts"

/** The environment; a variable that it does not set may stand in `.env` in the working directory. */
export const environment: Effect.Effect<Variables> = Effect.sync(() => ({
  ...dotEnv(),
  ...Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ""))
}))

/** The settings from there, or everything that is wrong with them. */
export const settingsFor = (purpose: Purpose): Effect.Effect<Settings, SettingsInvalid> =>
  Effect.flatMap(environment, (variables) => Effect.fromResult(readSettings(variables, purpose)))

/** Logs as the settings say; if they say nothing, `pretty` on a terminal. */
export const loggingLayer = (
  settings: Pick<Settings, "logFormat"> & { readonly logLevel: LogLevel.LogLevel }
) =>
  Layer.mergeAll(
    Logger.layer([
      discreet(
        (settings.logFormat ?? (process.stdout.isTTY ? "pretty" : "json")) === "pretty"
          ? Logger.consolePretty()
          : Logger.consoleJson
      )
    ]),
    Layer.succeed(References.MinimumLogLevel, settings.logLevel)
  )

/** Tells causes as `problemOf` does, also those that Effect itself logs, such as a fiber that died of a defect. */
const discreet = (logger: Logger.Logger<unknown, void>): Logger.Logger<unknown, void> =>
  Logger.make((options) => {
    if (options.cause.reasons.length === 0) return logger.log(options)
    const message = [...Array.ensure(options.message), { problem: problemOf(options.cause) }]
    return logger.log({ ...options, message, cause: Cause.empty })
  })

const dotEnv = (): Variables => {
  try {
    return parseEnv(readFileSync(".env", "utf8"))
  } catch {
    return {}
  }
}
