/** `wechat`: the simulated WeChat on its own, for any bot; `wechat replay` plays a scenario against it and says whether it holds. */
import { Console, Effect, Layer, Redacted, Schedule, Schema } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { FetchHttpClient, HttpRouter } from "effect/http"
import { listen } from "../app.ts"
import { AccountKind } from "../simulator/account-kind.ts"
import { simulatorApiRoutes } from "../simulator/api.ts"
import { CallbackMode, ConditionsChange } from "../simulator/conditions.ts"
import { endPageStreams, firstPhones, simulatorPageRoutes } from "../simulator/phones.ts"
import type { PlatformSettings } from "../simulator/platform-settings.ts"
import { Platform } from "../simulator/platform.ts"
import { replay, type StepResult } from "../simulator/scenario-replay.ts"
import { Scenario } from "../simulator/scenario.ts"
import { encodingAesKey, port, url, weChatToken } from "../setting-values.ts"
import { valueFlag } from "./value-flag.ts"

/** A phone did not show what the scenario says: exit code 1, after the step was printed. */
export class ScenarioBroken extends Schema.TaggedError<ScenarioBroken>()("ScenarioBroken", {
  step: Schema.Int
}) {
  override get message() {
    return `broken at step ${this.step}`
  }
}

/** Messages are to be encrypted, and there is no key: they would travel in plain, and a verdict would be about that. */
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

const flags = {
  callback: valueFlag("callback", url).pipe(
    Flag.withDescription("Where the bot listens for WeChat; several times for several servers of one bot"),
    Flag.atLeast(1)
  ),
  token: valueFlag("token", weChatToken).pipe(Flag.withDescription("The token that the bot was given")),
  host: Flag.String("host").pipe(
    Flag.withDescription("Where the page and WeChat's API listen"),
    Flag.withDefault("127.0.0.1")
  ),
  port: valueFlag("port", port).pipe(Flag.withDefault(8088)),
  accountId: Flag.String("account-id").pipe(
    Flag.withDescription("The account's original id, the bot's ToUserName"),
    Flag.withDefault("gh_0123456789ab")
  ),
  name: Flag.String("name").pipe(
    Flag.withDescription("The name over the conversations"),
    Flag.withDefault("公众号")
  ),
  appId: Flag.String("app-id").pipe(Flag.withDefault("wx0123456789abcdef")),
  appSecret: Flag.Redacted("app-secret").pipe(
    Flag.withDescription("The secret with which the bot asks for tokens"),
    Flag.withDefault(Redacted.make("0123456789abcdef0123456789abcdef"))
  ),
  aesKey: valueFlag("aes-key", encodingAesKey).pipe(
    Flag.withDescription("EncodingAESKey; without one all messages are plain"),
    Flag.optional
  ),
  mode: Flag.Literals("mode", CallbackMode.literals).pipe(
    Flag.withDescription("How messages travel; can be switched on the page"),
    Flag.withDefault("plain" as const)
  ),
  kind: Flag.Literals("kind", AccountKind.literals).pipe(
    Flag.withDescription("The kind of account; can be switched on the page"),
    Flag.withDefault("verified" as const)
  ),
  conditions: Flag.FileSchema("conditions", ConditionsChange, { format: "json" }).pipe(
    Flag.withDescription("A file of conditions, such as a plan of faults (docs/wechat.md)"),
    Flag.withDefault<ConditionsChange>({})
  )
}

type Flags = Command.Command.Config.Infer<typeof flags>

const settingsOf = (given: Flags): PlatformSettings => {
  const [first = "", ...others] = given.callback
  return {
    callbackUrls: [first, ...others],
    token: given.token,
    appId: given.appId,
    appSecret: given.appSecret,
    aesKey: given.aesKey._tag === "Some" ? given.aesKey.value : undefined,
    accountId: given.accountId,
    accountName: given.name,
    conditions: { mode: given.mode, kind: given.kind, ...given.conditions }
  }
}

/** Page and API on one port, and the platform behind them. */
const weChat = (given: Flags) =>
  Layer.merge(
    HttpRouter.serve(Layer.merge(simulatorApiRoutes, simulatorPageRoutes()), {
      disableLogger: true,
      disableListenLog: true
    }),
    endPageStreams
  ).pipe(
    Layer.provideMerge(Platform.layer(settingsOf(given)).pipe(Layer.provide(FetchHttpClient.layer))),
    Layer.provide(listen(given.host, given.port))
  )

const checkKey = Effect.fnUntraced(function* (
  { aesKey }: Flags,
  modes: ReadonlyArray<typeof CallbackMode.Type | undefined>
) {
  const mode = modes.find((one) => one !== undefined && one !== "plain")
  if (mode !== undefined && aesKey._tag === "None") return yield* new KeyMissing({ mode })
})

const phonesAtFirst = 2

const play = Effect.fnUntraced(function* (given: Flags) {
  yield* checkKey(given, [given.mode, given.conditions.mode])
  const address = `http://${given.host}:${given.port}`
  yield* Console.log(
    [
      "",
      `  A simulated WeChat. Phones: ${address}/`,
      `  Its API for the bot, instead of https://api.weixin.qq.com: ${address}`,
      `  App id ${given.appId}; the bot is called at ${given.callback.join(", ")}. Ctrl+C ends it.`,
      ""
    ].join("\n")
  )
  const beside = Layer.merge(firstPhones(phonesAtFirst), tellOfBot)
  return yield* Layer.launch(beside.pipe(Layer.provide(weChat(given))))
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

/** Often enough for somebody who starts their bot again. */
const lookEvery = "2 seconds"

const replayCommand = Command.make(
  "replay",
  {
    file: Argument.FileSchema("file", Scenario, { format: "json" }).pipe(
      Argument.withDescription("A scenario, as the page saves it (docs/wechat.md)")
    ),
    ...flags
  },
  Effect.fnUntraced(function* ({ file, ...given }) {
    const inSteps = file.steps.map((step) => ("conditions" in step ? step.conditions.mode : undefined))
    yield* checkKey(given, [given.mode, given.conditions.mode, file.conditions?.mode, ...inSteps])
    const verdict = yield* Effect.gen(function* () {
      const platform = yield* Platform
      for (const { address, problem } of yield* platform.checkAddresses) {
        if (problem !== undefined) return yield* new CallbackNotVerified({ address, problem })
      }
      return yield* replay(file, (result) => Console.log(tell(result)))
    }).pipe(Effect.provide(weChat(given)))
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
  `${problem === undefined ? "ok  " : "FAIL"} ${number} ${JSON.stringify(step)}${problem === undefined ? "" : `\n     ${problem}`}`

export const weChatCommand = Command.make("wechat", flags, play).pipe(
  Command.withDescription(
    "A WeChat to develop against: phones on a page, callbacks to any bot, and WeChat's API for it, offline"
  ),
  Command.withSubcommands([replayCommand])
)
