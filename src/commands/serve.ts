import { Effect, Layer, Option } from "effect"
import { Command, GlobalFlag } from "effect/cli"
import { serveLayer } from "../app.ts"
import { demoLayer } from "../demo.ts"
import type { Settings } from "../settings.ts"
import { environment, loggingLayer, settingsFor } from "./settings-from-environment.ts"
import { telemetryLayer } from "./telemetry.ts"

/** Serves for real until a signal comes. */
const serve = Effect.gen(function* () {
  const settings = yield* settingsFor("serve")
  const { token } = settings.weChat
  // The settings of a serving process hold a token; otherwise they were refused.
  if (token === undefined) return
  return yield* untilSignal(
    settings,
    Layer.effectDiscard(
      Effect.logInfo("serving", {
        address: `http://${settings.host}:${settings.port}/wechat`,
        chatbot: settings.chatbot._tag,
        delivery: settings.weChat.delivery,
        messageMode: settings.weChat.messageMode
      })
    ).pipe(Layer.provideMerge(serveLayer(settings, token)))
  )
})

const demo = Effect.gen(function* () {
  const settings = yield* settingsFor("demo")
  return yield* untilSignal(settings, demoLayer(settings))
})

/** What `npm start` alone does. */
export const startUp = Effect.flatMap(environment, (variables) =>
  (variables["WECHAT_TOKEN"] ?? "").trim() === "" ? demo : serve
)

export const serveCommand = Command.make("serve", {}, () => serve).pipe(
  Command.withDescription("Serve for real, with the settings of the environment and .env")
)

/** `--log-level` counts more than LOG_LEVEL. */
const untilSignal = <E>(settings: Settings, layer: Layer.Layer<never, E>) =>
  Effect.flatMap(GlobalFlag.LogLevel, (given) => {
    const logging = loggingLayer({ ...settings, logLevel: Option.getOrElse(given, () => settings.logLevel) })
    return Effect.provide(
      Layer.launch(layer),
      Layer.provideMerge(telemetryLayer(settings.otlpEndpoint), logging)
    )
  })
