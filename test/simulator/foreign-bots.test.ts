/** Bots that know nothing of this project run against the simulated WeChat unchanged: one on node-webot's `wechat`, one in Python. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Platform } from "../../src/simulator/platform.ts"
import { replay } from "../../src/simulator/scenario-replay.ts"
import { scenarioFormat, type Scenario, type Step } from "../../src/simulator/scenario.ts"
import { freePort } from "../memcached/memcached-process.ts"
import { eventually } from "../service/eventually.ts"
import { startSimulator } from "./simulator-rig.ts"
import { botToken } from "./tiny-bot.ts"

const startMillis = 60_000
const folder = join(import.meta.dirname, "foreign")
const hasPython = spawnSync("python3", ["--version"]).status === 0

/** The platform in front of a bot that was started as `command FILE PORT TOKEN`, once WeChat's check of its address passes. */
const facing = Effect.fnUntraced(function* (command: string, file: string) {
  const port = yield* freePort
  yield* Effect.acquireRelease(
    Effect.sync(() =>
      spawn(command, [join(folder, file), String(port), botToken], { stdio: ["ignore", "ignore", "inherit"] })
    ),
    (child: ChildProcess) =>
      Effect.callback<void>((resume) => {
        child.once("exit", () => resume(Effect.void))
        child.kill("SIGKILL")
      })
  )
  const address = `http://127.0.0.1:${port}/wechat`
  yield* eventually("the bot listens", () => fetch(address).catch(() => undefined), startMillis)
  const { platform } = yield* startSimulator(address)
  assert.isTrue(yield* platform.verify)
  return platform
})

const holds = Effect.fnUntraced(function* (platform: Platform["Service"], steps: ReadonlyArray<Step>) {
  const scenario: Scenario = { format: scenarioFormat, phones: 1, steps }
  const verdict = yield* Effect.provideService(
    replay(scenario, () => Effect.void),
    Platform,
    platform
  )
  assert.isTrue(verdict.holds, JSON.stringify(verdict.results.at(-1)))
})

const says = (text: string): Step => ({ phone: 1, does: { act: "say", text } })

describe("bots of others", () => {
  it.live(
    "node-webot's wechat: its example answers as its documentation says",
    () =>
      Effect.gen(function* () {
        const platform = yield* facing(process.execPath, "node-webot.cjs")
        yield* holds(platform, [
          says("diaosi"),
          { phone: 1, sees: { by: "reply", text: "hehe" } },
          says("text"),
          { phone: 1, sees: { by: "reply", text: "text object" } },
          says("别的"),
          { phone: 1, sees: { by: "reply", kind: "news" } },
          { phone: 1, does: { act: "press", key: "any" } },
          { conditions: { faults: [{ fault: "lose-answer", times: 1 }] } },
          says("diaosi"),
          { phone: 1, sees: { by: "reply", text: "hehe" } }
        ])
      }).pipe(Effect.scoped),
    2 * startMillis
  )

  it.live.skipIf(!hasPython)(
    `Python's standard library${hasPython ? "" : " (python3 is not installed here)"}`,
    () =>
      Effect.gen(function* () {
        const platform = yield* facing("python3", "bot.py")
        yield* holds(platform, [
          says("你好吗"),
          { phone: 1, sees: { by: "reply", text: "吗好你" } },
          { phone: 1, does: { act: "image" } },
          { phone: 1, seesNothingForMillis: 200 },
          { conditions: { faults: [{ fault: "lose-answer", times: 2 }] } },
          says("12"),
          { phone: 1, sees: { by: "reply", text: "21" } }
        ])
      }).pipe(Effect.scoped),
    2 * startMillis
  )
})
