import { readFileSync } from "node:fs"
import { parseEnv } from "node:util"
import { Effect, Layer, Logger, References } from "effect"
import { readSettings, type Settings, type SettingsInvalid, type Variables } from "../settings.ts"

/** The environment, and `.env` in the working directory for what the environment leaves open. */
export const environment: Effect.Effect<Variables> = Effect.sync(() => ({
  ...dotEnv(),
  ...Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ""))
}))

/** The settings from there, or everything that is wrong with them. */
export const settingsFor = (purpose: {
  readonly serving: boolean
}): Effect.Effect<Settings, SettingsInvalid> =>
  Effect.flatMap(environment, (variables) => Effect.fromResult(readSettings(variables, purpose)))

/** Logs as the settings say; `pretty` on a terminal where they say nothing. */
export const loggingLayer = (settings: Settings) =>
  Layer.mergeAll(
    Logger.layer([
      (settings.logFormat ?? (process.stdout.isTTY ? "pretty" : "json")) === "pretty"
        ? Logger.consolePretty()
        : Logger.consoleJson
    ]),
    Layer.succeed(References.MinimumLogLevel, settings.logLevel)
  )

const dotEnv = (): Variables => {
  try {
    return parseEnv(readFileSync(".env", "utf8"))
  } catch {
    return {}
  }
}
