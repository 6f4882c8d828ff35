/** The page of a simulator with two followers and a bot that repeats what it hears, in a real browser. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { Page } from "playwright-core"
import { browser } from "./browser.ts"
import { startSimulator } from "./simulator-rig.ts"
import { elementText, textReply, tinyBot } from "./tiny-bot.ts"

/** Short, so that lost attempts cost little; long enough for a busy machine. */
const attemptLimitMillis = 1_000

export const openDesk = Effect.fnUntraced(function* (viewport = { width: 1400, height: 860 }) {
  const bot = yield* tinyBot((received) =>
    received.body.includes("<Event>")
      ? "success"
      : textReply(received, `> ${elementText(received.body, "Content")}`)
  )
  const other = yield* tinyBot((received) => textReply(received, "另一台"))
  const { platform, url } = yield* startSimulator(`${bot.url} ${other.url}`, { attemptLimitMillis })
  const [first, second] = [yield* platform.follow, yield* platform.follow]
  const chrome = yield* browser
  const problems: Array<string> = []
  const page = yield* Effect.promise(async () => {
    const opened = await chrome.newPage({ viewport })
    opened.on("pageerror", (error) => problems.push(error.message))
    opened.on("console", (line) => void (line.type() === "error" && problems.push(line.text())))
    await opened.goto(url)
    await opened.locator(".phone").nth(1).waitFor()
    return opened
  })
  yield* Effect.addFinalizer(() => Effect.sync(() => assert.deepStrictEqual(problems, [])))
  // `problems`: a test that provokes one takes it away.
  return { bot, other, platform, page, url, first, second, problems }
})

export const say = async (page: Page, index: number, words: string): Promise<void> => {
  const phone = page.locator(".phone").nth(index)
  await phone.getByRole("textbox").fill(words)
  await phone.getByRole("button", { name: "发送" }).click()
}
