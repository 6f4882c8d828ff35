/** `wechat`: the simulated WeChat on its own, for any bot; `wechat replay` plays a scenario against it and says whether it holds. */
import { Console, Effect, Layer, Schedule, Schema } from "effect"
import { Argument, Command } from "effect/cli"
import { FetchHttpClient, HttpRouter } from "effect/http"
import { listen } from "../app.ts"
import { simulatorApiRoutes } from "../simulator/api.ts"
import { CallbackMode, readConditions, type ConditionsChange } from "../simulator/conditions.ts"
import { endPageStreams, firstPhones, simulatorPageRoutes } from "../simulator/phones.ts"
import { Platform } from "../simulator/platform.ts"
import { replay, stepProblemWords, type StepResult } from "../simulator/scenario-replay.ts"
import { readScenario } from "../simulator/scenario.ts"
import { botSettings, conditionsOf, platformSettings, weChatFlags, type WeChatFlags } from "./wechat-flags.ts"

/** A phone did not show what the scenario says: exit code 1, after the step was printed. */
export class ScenarioBroken extends Schema.TaggedError<ScenarioBroken>()("ScenarioBroken", {
  step: Schema.Int
}) {
  override get message() {
    return `broken at step ${this.step}`
  }
}

/** Messages are to be encrypted, and there is no key: they would travel in plain, and the verdict would be about that. */
export class KeyMissing extends Schema.TaggedError<KeyMissing>()("KeyMissing", {
  mode: CallbackMode
}) {
  override get message() {
    return `${this.mode} mode needs --aes-key, the EncodingAESKey that the bot uses`
  }
}

/** The bot did not answer WeChat's check of its address; `problem` says what came instead. */
export class CallbackNotVerified extends Schema.TaggedError<CallbackNotVerified>()("CallbackNotVerified", {
  address: Schema.String,
  problem: Schema.String
}) {
  override get message() {
    return `${this.address} did not pass WeChat's check, which wants \`echostr\` back from the bot with this --token: ${this.problem}`
  }
}

/** A file that was written by hand is not what it should be. */
export class FileRefused extends Schema.TaggedError<FileRefused>()("FileRefused", {
  file: Schema.String,
  problem: Schema.String
}) {
  override get message() {
    return `${this.file}: ${this.problem} (docs/wechat.md)`
  }
}

const conditionsIn = (given: WeChatFlags) =>
  readConditions(given.conditions).pipe(
    Effect.map((inFile) => conditionsOf(given, inFile)),
    Effect.mapError(({ message }) => new FileRefused({ file: "--conditions", problem: message }))
  )

/** Page and API on one port, and the platform behind them. */
const weChat = (given: WeChatFlags, conditions: ConditionsChange) =>
  Layer.merge(
    HttpRouter.serve(Layer.merge(simulatorApiRoutes, simulatorPageRoutes()), {
      disableLogger: true,
      disableListenLog: true
    }),
    endPageStreams
  ).pipe(
    Layer.provideMerge(
      Platform.layer(platformSettings(given, conditions)).pipe(Layer.provide(FetchHttpClient.layer))
    ),
    Layer.provide(listen(given.host, given.port))
  )

const checkKey = Effect.fnUntraced(function* (
  { aesKey }: WeChatFlags,
  modes: ReadonlyArray<CallbackMode | undefined>
) {
  const mode = modes.find((one) => one !== undefined && one !== "plain")
  if (mode !== undefined && aesKey._tag === "None") return yield* new KeyMissing({ mode })
})

const phonesAtFirst = 2

const play = Effect.fnUntraced(function* (given: WeChatFlags) {
  const conditions = yield* conditionsIn(given)
  yield* checkKey(given, [conditions.mode])
  yield* Console.log(
    [
      "",
      `  A simulated WeChat. Phones: http://${given.host}:${given.port}/`,
      `  The bot is called at ${given.callback.join(", ")}. Its settings:`,
      "",
      ...botSettings(given, conditions.mode).map((line) => `    ${line}`),
      "",
      "  Ctrl+C ends it.",
      ""
    ].join("\n")
  )
  const beside = Layer.merge(firstPhones(phonesAtFirst), tellOfBot)
  return yield* Layer.launch(beside.pipe(Layer.provide(weChat(given, conditions))))
})

/** Says in the terminal whether the bot answers, until it does; what goes wrong later stands on the page's wire. */
const tellOfBot = Layer.effectDiscard(
  Effect.gen(function* () {
    const platform = yield* Platform
    const said = new Map<string, string>()
    const tellOnce = Effect.gen(function* () {
      const checks = yield* platform.checkAddresses
      for (const { address, problem } of checks) {
        const line =
          problem === undefined
            ? `  The bot at ${address} answers.`
            : `  The bot at ${address} does not pass WeChat's check yet: ${problem}`
        if (said.get(address) !== line) yield* Console.log(line)
        said.set(address, line)
      }
      return checks.every(({ problem }) => problem === undefined)
    })
    yield* Effect.forkScoped(
      Effect.repeat(tellOnce, { until: (passed) => passed, schedule: Schedule.spaced(lookEvery) })
    )
  })
)

/** How often the bot is tried: often enough for a developer who restarts it. */
const lookEvery = "2 seconds"

const replayCommand = Command.make(
  "replay",
  {
    file: Argument.FileText("file").pipe(
      Argument.withDescription("A scenario, as the page saves it (docs/wechat.md)")
    ),
    ...weChatFlags
  },
  Effect.fnUntraced(function* ({ file, ...given }) {
    const conditions = yield* conditionsIn(given)
    const scenario = yield* Effect.mapError(
      readScenario(file),
      ({ message }) => new FileRefused({ file: "the scenario", problem: message })
    )
    const inSteps = scenario.steps.map((step) => ("conditions" in step ? step.conditions.mode : undefined))
    yield* checkKey(given, [conditions.mode, scenario.conditions?.mode, ...inSteps])
    const verdict = yield* Effect.gen(function* () {
      const platform = yield* Platform
      for (const { address, problem } of yield* platform.checkAddresses) {
        if (problem !== undefined) return yield* new CallbackNotVerified({ address, problem })
      }
      return yield* replay(scenario, (result) => Console.log(tell(result)))
    }).pipe(Effect.provide(weChat(given, conditions)))
    const broken = verdict.results.find(({ problem }) => problem !== undefined)
    if (broken !== undefined) return yield* new ScenarioBroken({ step: broken.number })
    yield* Console.log(`holds: ${verdict.results.length} steps`)
  })
).pipe(
  Command.withDescription(
    "Plays a scenario without a page: exit code 0 when every phone shows what it must, 1 at the first step that fails"
  )
)

const tell = ({ number, step, problem }: StepResult): string =>
  `${problem === undefined ? "ok  " : "FAIL"} ${number} ${JSON.stringify(step)}${problem === undefined ? "" : `\n     ${stepProblemWords(problem)}`}`

export const weChatCommand = Command.make("wechat", weChatFlags, play).pipe(
  Command.withDescription(
    "A WeChat to develop against: phones on a page, callbacks to any bot, and WeChat's API for it, offline"
  ),
  Command.withSubcommands([replayCommand])
)
