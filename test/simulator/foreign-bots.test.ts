/** Bots that know nothing of this project run against the simulated WeChat unchanged: one on node-webot's `wechat`, one in Python. */
import { spawn } from "node:child_process"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Platform } from "../../src/simulator/platform.ts"
import { replay } from "../../src/simulator/scenario-replay.ts"
import { scenarioFormat, type Scenario, type Step } from "../../src/simulator/scenario.ts"
import { freePort } from "../memcached/memcached-process.ts"
import { eventually } from "../service/eventually.ts"
import { browser } from "./browser.ts"
import { startSimulator } from "./simulator-rig.ts"
import { botToken } from "./tiny-bot.ts"

const startMillis = 60_000
const folder = join(import.meta.dirname, "foreign")

/** A bot that was started as `command FILE PORT TOKEN`. `over`: when it has ended, or if it could not be started at all. */
const bot = (command: string, file: string, port: number) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const child = spawn(command, [join(folder, file), String(port), botToken], {
        stdio: ["ignore", "ignore", "inherit"]
      })
      const over = new Promise<void>((resolve) => {
        child.once("exit", () => resolve())
        child.once("error", () => resolve())
      })
      return { child, over }
    }),
    ({ child, over }) =>
      Effect.promise(() => {
        child.kill("SIGKILL")
        return over
      })
  )

/** The platform and its page in front of a bot that was started as `command FILE PORT TOKEN`, once WeChat's check of its address passes. */
const facing = Effect.fnUntraced(function* (command: string, file: string) {
  const port = yield* freePort
  const { over } = yield* bot(command, file, port)
  const address = `http://127.0.0.1:${port}/wechat`
  yield* Effect.raceFirst(
    eventually("the bot listens", () => fetch(address).catch(() => undefined), startMillis),
    Effect.andThen(
      Effect.promise(() => over),
      Effect.die(new Error(`${command} ${file} ended before it listened; it says why above`))
    )
  )
  const { platform, url } = yield* startSimulator(address, { phones: 1 })
  assert.isTrue(yield* platform.verify)
  return { platform, url }
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

/** The one phone of the page in a real browser, and what its owner does. */
const onPage = Effect.fnUntraced(function* (url: string) {
  const chrome = yield* browser
  const page = yield* Effect.promise(() => chrome.newPage())
  const phone = page.locator(".phone")
  yield* Effect.promise(async () => {
    await page.goto(url)
    await phone.getByText("你已关注该公众号").waitFor()
  })
  const says = async (text: string) => {
    await phone.getByRole("textbox").fill(text)
    await phone.getByRole("button", { name: "发送" }).click()
  }
  const sees = (text: string) => phone.locator(".row:not(.own) .bubble", { hasText: text }).waitFor()
  return { page, phone, says, sees }
})

const says = (text: string): Step => ({ phone: 1, does: { act: "say", text } })

const webotSays = "its example answers as its documentation says"
const python = "Python's standard library"

describe("bots of others", () => {
  it.live(
    `node-webot's wechat: ${webotSays}, in a scenario`,
    () =>
      Effect.gen(function* () {
        const { platform } = yield* facing(process.execPath, "node-webot.cjs")
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

  it.live(
    `node-webot's wechat: ${webotSays}, on the page`,
    () =>
      Effect.gen(function* () {
        const { platform, url } = yield* facing(process.execPath, "node-webot.cjs")
        const hand = yield* onPage(url)
        yield* platform.account.createMenu({ button: [{ type: "click", name: "按钮", key: "any" }] })
        yield* Effect.promise(async () => {
          await hand.says("diaosi")
          await hand.sees("hehe")
          await hand.says("text")
          await hand.sees("text object")
          await hand.says("别的")
          await hand.sees("这是女神与高富帅之间的对话")
          const article = hand.phone.getByRole("link", { name: "你来我家接我吧" })
          assert.strictEqual(await article.getAttribute("href"), "http://nodeapi.cloudfoundry.com/")
          await hand.phone.getByRole("button", { name: "按钮" }).click()
          await hand.page.locator(".exchanges .what", { hasText: "CLICK" }).waitFor()
          await hand.page.getByRole("tab", { name: "开关" }).click()
          await hand.page.getByRole("button", { name: "下一个回答丢失" }).click()
          await hand.page.locator(".faults li").waitFor()
          await hand.says("再来 diaosi")
          await hand.page.locator(".faults li").waitFor({ state: "detached" })
          await hand.phone.locator(".bubble.card").nth(1).waitFor()
          await hand.page.getByRole("tab", { name: "线路" }).click()
          await hand.page.getByLabel("方向").selectOption("bad")
          await hand.page.getByText("回答在路上丢了").waitFor()
        })
      }).pipe(Effect.scoped),
    2 * startMillis
  )

  it.live(
    `${python}, in a scenario`,
    () =>
      Effect.gen(function* () {
        const { platform } = yield* facing("python3", "bot.py")
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

  it.live(
    `${python}, on the page`,
    () =>
      Effect.gen(function* () {
        const { url } = yield* facing("python3", "bot.py")
        const hand = yield* onPage(url)
        yield* Effect.promise(async () => {
          await hand.says("你好吗")
          await hand.sees("吗好你")
          await hand.phone.getByRole("button", { name: "图片、语音、位置和关注" }).click()
          await hand.phone.getByRole("menuitem", { name: "图片" }).click()
          await hand.phone.locator(".own .picture img").waitFor()
          await hand.page.locator(".exchanges .what", { hasText: "image" }).waitFor()
        })
      }).pipe(Effect.scoped),
    2 * startMillis
  )

  it.live("one that cannot begin is said to have ended, at once", () =>
    Effect.gen(function* () {
      for (const command of [process.execPath, "no-such-command"]) {
        const started = yield* Effect.exit(Effect.scoped(facing(command, "no-such-bot")))
        assert.include(String(started), "ended before it listened")
      }
    })
  )
})
