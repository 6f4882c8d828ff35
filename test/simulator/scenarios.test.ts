/** Scenarios: those of this folder hold against the real service; what is recorded holds when it is replayed; what is wrong is found. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { PhoneAct } from "../../src/simulator/phone-act.ts"
import { Platform } from "../../src/simulator/platform.ts"
import { replay, stepProblemWords } from "../../src/simulator/scenario-replay.ts"
import { readScenario, Scenario, scenarioFormat, type Step } from "../../src/simulator/scenario.ts"
import { eventually } from "../service/eventually.ts"
import { emptyFolder, xiaohou } from "../service/xiaohou-process.ts"
import { freePort } from "../memcached/memcached-process.ts"
import { startSimulator, testAppId, testAppSecret } from "./simulator-rig.ts"
import { botToken, elementText, textReply, tinyBot } from "./tiny-bot.ts"

const aesKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
const folder = join(import.meta.dirname, "scenarios")
const files = readdirSync(folder).filter((file) => file.endsWith(".json"))

/** A busy machine takes its time to start a process. */
const startMillis = 60_000

const decodeScenario = Schema.decodeSync(Schema.fromJsonString(Scenario))

const played = (platform: Platform["Service"], scenario: Scenario) =>
  replay(scenario, () => Effect.void).pipe(Effect.provideService(Platform, platform))

describe("the scenarios of this folder, against the real service", () => {
  it.live.each(files)(
    "%s",
    (file) =>
      Effect.gen(function* () {
        const scenario = yield* readScenario(readFileSync(join(folder, file), "utf8"))
        const sealed = (scenario.conditions?.mode ?? "plain") !== "plain"
        const port = yield* freePort
        const service = `http://127.0.0.1:${port}`
        const { platform, url } = yield* startSimulator(`${service}/wechat`, sealed ? { aesKey } : {})
        const process = yield* xiaohou(
          ["serve"],
          {
            PORT: String(port),
            WECHAT_TOKEN: botToken,
            WECHAT_APP_ID: testAppId,
            WECHAT_APP_SECRET: testAppSecret,
            WECHAT_API_URL: url,
            ...(sealed ? { WECHAT_ENCODING_AES_KEY: aesKey } : {})
          },
          yield* emptyFolder
        )
        yield* eventually("the service listens", () => fetch(service).catch(() => undefined), startMillis)
        const verdict = yield* played(platform, scenario)
        const problem = verdict.results.find((result) => result.problem !== undefined)
        assert.isUndefined(problem, `${JSON.stringify(problem)} ${process.stderr()}`)
        assert.isAbove(verdict.results.length, scenario.steps.length)
      }).pipe(Effect.scoped),
    2 * startMillis
  )
})

/** Answers each text with its words behind a sign, and no events. */
const echoBot = tinyBot((received) =>
  received.body.includes("<Event>")
    ? "success"
    : textReply(received, `> ${elementText(received.body, "Content") ?? ""}`)
)

describe("recording", () => {
  const Acts = Schema.Array(
    Schema.Struct({
      phone: Schema.Literals([0, 1]),
      does: Schema.Union([
        Schema.Struct({ act: Schema.Literal("say"), text: Schema.Literals(["一", "10:32 见", "a*b(c)"]) }),
        Schema.Struct({ act: Schema.Literals(["sticker", "image"]) }),
        Schema.Struct({ act: Schema.Literal("press"), key: Schema.Literal("x") })
      ])
    })
  ).check(Schema.isMaxLength(6))

  it.live.prop(
    "a session that was recorded holds when it is replayed, and breaks against another bot",
    [Acts],
    ([acts]) =>
      Effect.gen(function* () {
        const bot = yield* echoBot
        const { platform, url } = yield* startSimulator(bot.url)
        const openids = [yield* platform.follow, yield* platform.follow]
        for (const { phone, does } of acts) {
          yield* platform.act(openids[phone] ?? "", yield* Schema.decodeEffect(PhoneAct)(does))
        }
        const recorded = yield* eventually("all is written down", async () => {
          const text = await (await fetch(`${url}/simulator/scenario`)).text()
          const scenario = decodeScenario(text)
          return scenario.steps.filter((step) => "does" in step).length === acts.length + 2
            ? scenario
            : undefined
        })
        const again = yield* startSimulator(bot.url)
        const verdict = yield* played(again.platform, recorded)
        assert.isTrue(verdict.holds, JSON.stringify(verdict.results.at(-1)))
        if (acts.every(({ does }) => does.act === "press")) return
        const silent = yield* tinyBot(() => "success")
        const other = yield* startSimulator(silent.url)
        const hasty = recorded.steps.map((step): Step =>
          "sees" in step ? { ...step, withinMillis: 50 } : step
        )
        assert.isFalse((yield* played(other.platform, { ...recorded, steps: hasty })).holds)
      }).pipe(Effect.scoped),
    { arbitrary: { runs: 8 } }
  )
})

describe("a replay finds", () => {
  const verdictOn = Effect.fnUntraced(function* (...steps: ReadonlyArray<Step>) {
    const bot = yield* echoBot
    const { platform } = yield* startSimulator(bot.url)
    const said: Step = { phone: 1, does: { act: "say", text: "喂" } }
    const { holds, results } = yield* played(platform, {
      format: scenarioFormat,
      phones: 1,
      steps: [said, ...steps]
    })
    const { number, problem } = results.at(-1) ?? { number: 0 }
    return { holds, at: number, problem: problem === undefined ? undefined : stepProblemWords(problem) }
  })

  const wrong: ReadonlyArray<readonly [string, Step, string]> = [
    ["another text", { phone: 1, sees: { text: "喂" } }, 'there came a reply of kind text: "> 喂"'],
    ["another way", { phone: 1, sees: { by: "push" } }, 'there came a reply of kind text: "> 喂"'],
    [
      "a pattern that is none",
      { phone: 1, sees: { pattern: "(" } },
      'there came a reply of kind text: "> 喂"'
    ],
    [
      "a bubble too many",
      { phone: 1, seesNothingForMillis: 1000 },
      'there came a reply of kind text: "> 喂"'
    ],
    ["a phone that is not there", { phone: 3, sees: {} }, "there is no phone 3"]
  ]
  it.live.each(wrong)("%s", ([, step, problem]) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* verdictOn(step), { holds: false, at: 2, problem })
    }).pipe(Effect.scoped)
  )

  it.live("a bubble that does not come, and one that nobody expected", () =>
    Effect.gen(function* () {
      const right: Step = { phone: 1, sees: { text: "> 喂" } }
      const missing = yield* verdictOn(right, { phone: 1, sees: {}, withinMillis: 100 })
      assert.deepStrictEqual(missing, { holds: false, at: 3, problem: "nothing came within 100 ms" })
      assert.isFalse((yield* verdictOn()).holds)
      assert.isTrue((yield* verdictOn(right)).holds)
    }).pipe(Effect.scoped)
  )
})
