/** `wechat` and `wechat replay` as somebody with a bot of their own runs them: real processes beside a bot. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { freePort } from "../memcached/memcached-process.ts"
import { eventually } from "../service/eventually.ts"
import { emptyFolder, type Ended, finished, xiaohou } from "../service/xiaohou-process.ts"
import { scenarioFormat } from "../../src/simulator/scenario.ts"
import { botToken, elementText, textReply, tinyBot } from "./tiny-bot.ts"

/** A busy machine takes its time to start a process. */
const startMillis = 60_000

const echoBot = tinyBot((received) =>
  received.body.includes("<Event>")
    ? "success"
    : textReply(received, `> ${elementText(received.body, "Content") ?? ""}`)
)

/** A folder with these files, and the flags of an account in front of a bot. */
const stage = Effect.fnUntraced(function* (files: { readonly [name: string]: unknown }) {
  const bot = yield* echoBot
  const folder = yield* emptyFolder
  for (const [name, value] of Object.entries(files)) {
    writeFileSync(join(folder, name), typeof value === "string" ? value : JSON.stringify(value))
  }
  const port = yield* freePort
  const flags = ["--callback", bot.url, "--token", botToken, "--port", String(port)]
  return { bot, folder, port, flags }
})

const says = { phone: 1, does: { act: "say", text: "喂" } }
const scenario = (text: string) => ({
  format: scenarioFormat,
  phones: 1,
  steps: [says, { phone: 1, sees: { text } }]
})

const oneLine = (ended: Ended, line: string) =>
  assert.deepStrictEqual([ended.code, ended.stdout, ended.stderr], [1, "", `${line}\n`])

describe("wechat, from the command line", () => {
  it.live(
    "says what the bot must be told, in its help and at its start",
    () =>
      Effect.gen(function* () {
        const { folder, port, flags } = yield* stage({})
        const help = (yield* finished(["wechat", "--help"])).stdout
        for (const told of ["default 8088", "default wx0123456789abcdef", "default 0123456789abcdef0123"]) {
          assert.include(help, told)
        }
        const running = yield* xiaohou(["wechat", ...flags], {}, folder)
        yield* eventually(
          "it said all",
          () => running.stdout().includes("answers.") || undefined,
          startMillis
        )
        const said = running.stdout()
        for (const told of [
          `http://127.0.0.1:${port}`,
          "wx0123456789abcdef",
          "0123456789abcdef0123456789abcdef",
          "gh_0123456789ab"
        ]) {
          assert.include(said, told)
        }
      }).pipe(Effect.scoped),
    3 * startMillis
  )

  it.live(
    "--conditions: a plan of faults is in force, and flags count more than the file; a secret that was given is not repeated",
    () =>
      Effect.gen(function* () {
        const { bot, folder, port, flags } = yield* stage({
          "plan.json": {
            kind: "test",
            clockAheadSeconds: 30,
            faults: [{ fault: "lose-answer", times: 1, what: "subscribe" }]
          }
        })
        const args = [
          "wechat",
          ...flags,
          "--conditions",
          "plan.json",
          "--kind",
          "unverified",
          "--app-secret",
          "of-somebody"
        ]
        const running = yield* xiaohou(args, {}, folder)
        yield* eventually(
          "two phones follow, one of them twice",
          () => bot.received.length >= 3 || undefined,
          startMillis
        )
        const answer = yield* Effect.promise(() => fetch(`http://127.0.0.1:${port}/simulator/scenario`))
        const { conditions } = (yield* Effect.promise(() => answer.json())) as {
          readonly conditions: { readonly kind: string; readonly clockAheadSeconds: number }
        }
        assert.deepStrictEqual([conditions.kind, conditions.clockAheadSeconds], ["unverified", 30])
        assert.strictEqual(running.stderr(), "")
        assert.include(running.stdout(), "as given by --app-secret")
        assert.notInclude(running.stdout(), "of-somebody")
        assert.notInclude(running.stdout(), botToken)
      }).pipe(Effect.scoped),
    2 * startMillis
  )

  it.live(
    "replay: exit code 0 where it holds, 1 at the step that does not; a wrong file and a bot that is not there are one line",
    () =>
      Effect.gen(function* () {
        const { bot, folder } = yield* stage({
          "right.json": scenario("> 喂"),
          "false.json": scenario("喂"),
          "wrong.json": { ...scenario("喂"), steps: [says, { phone: 1, sees: { by: "replly" } }] },
          "plan.json": { faults: [{ fault: "lose-answer", time: 1 }] }
        })
        const replayed = (file: string, callback: string, ...more: ReadonlyArray<string>) =>
          finished(
            ["wechat", "replay", file, "--callback", callback, "--token", botToken, "--port", "0", ...more],
            {},
            folder
          )
        const [right, untrue, wrong, gone, plan] = yield* Effect.all(
          [
            replayed("right.json", bot.url),
            replayed("false.json", bot.url),
            replayed("wrong.json", bot.url),
            replayed("right.json", "http://127.0.0.1:1/wechat"),
            replayed("right.json", bot.url, "--conditions", "plan.json")
          ],
          { concurrency: 2 }
        )
        assert.deepStrictEqual([right.code, right.stderr], [0, ""])
        assert.match(right.stdout, /\nholds: 3 steps\n$/)
        assert.deepStrictEqual([untrue.code, untrue.stderr], [1, "broken at step 2\n"])
        assert.include(untrue.stdout, 'there came a reply of kind text: "> 喂"')
        oneLine(
          wrong,
          'the scenario: step 2: sees.by is "replly", must be one of reply, push, platform (docs/wechat.md)'
        )
        assert.deepStrictEqual([gone.code, gone.stdout], [1, ""])
        assert.match(gone.stderr, /^[^\n]*127\.0\.0\.1:1\/wechat did not pass WeChat's check[^\n]*\n$/)
        oneLine(plan, "--conditions: faults[0].time: there is no such field (docs/wechat.md)")
      }).pipe(Effect.scoped),
    3 * startMillis
  )
})
