/** The desk beside the phones, in a real browser: the wire, the switches, and what belongs to a phone that one looks at. */
import { mkdirSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Page } from "playwright-core"
import { browser } from "./browser.ts"
import { startSimulator } from "./simulator-rig.ts"
import { elementText, textReply, tinyBot } from "./tiny-bot.ts"

const openPage = Effect.gen(function* () {
  const bot = yield* tinyBot((received) =>
    received.body.includes("<Event>")
      ? "success"
      : textReply(received, `> ${elementText(received.body, "Content")}`)
  )
  const { platform, url } = yield* startSimulator(bot.url, { attemptLimitMillis: 1_000 })
  const [first, second] = [yield* platform.follow, yield* platform.follow]
  const chrome = yield* browser
  const page = yield* Effect.promise(async () => {
    const opened = await chrome.newPage({ viewport: { width: 1400, height: 860 } })
    await opened.goto(url)
    await opened.locator(".phone").nth(1).waitFor()
    return opened
  })
  return { bot, platform, page, url, first, second }
})

const pollMillis = 20

const rows = (page: Page) => page.locator(".exchanges li:not([hidden])")

describe("the desk", () => {
  it.live("the wire shows each exchange, filters, and gives a curl command that the bot takes", () =>
    Effect.gen(function* () {
      const { bot, platform, page, first } = yield* openPage
      yield* platform.say(first, "线上的话")
      const raw = yield* Effect.promise(async () => {
        await page.locator(".exchanges .what", { hasText: "text" }).waitFor()
        await page.getByRole("searchbox").fill("线上的话")
        assert.strictEqual(await rows(page).count(), 1)
        assert.include(await rows(page).textContent(), "甲")
        await rows(page).locator("summary").click()
        const shown = await rows(page).locator("pre").allTextContents()
        await page.getByRole("searchbox").fill("没有这个词")
        assert.strictEqual(await rows(page).count(), 0)
        mkdirSync("test-output", { recursive: true })
        await page.getByRole("searchbox").fill("")
        await page.screenshot({ path: "test-output/simulator-wire.png" })
        return shown
      })
      const [address = "", body = "", answer = ""] = raw
      assert.include(answer, "> 线上的话")
      const again = yield* Effect.promise(() =>
        fetch(address, { method: "POST", body, headers: { "content-type": "text/xml" } })
      )
      assert.strictEqual(again.status, 200)
      assert.strictEqual(bot.received.at(-1)?.body, body)
    }).pipe(Effect.scoped)
  )

  it.live(
    "a fault by switch: the answer is lost, the next attempt brings it; the switch can be taken away",
    () =>
      Effect.gen(function* () {
        const { bot, page, platform } = yield* openPage
        yield* Effect.promise(async () => {
          await page.getByRole("tab", { name: "开关" }).click()
          await page.getByRole("button", { name: "下一个回答丢失" }).click()
          await page.locator(".faults li").waitFor()
          const one = page.locator(".phone").first()
          await one.getByRole("textbox").fill("在吗")
          await one.getByRole("button", { name: "发送" }).click()
          await one.getByText("> 在吗").waitFor()
        })
        const attempts = bot.received.filter(({ body }) => body.includes("在吗"))
        assert.lengthOf(attempts, 2)
        assert.strictEqual(attempts[0]?.body, attempts[1]?.body)
        yield* Effect.promise(async () => {
          await page.getByRole("button", { name: /^去掉/u }).click()
          await page.getByLabel("账号类型").selectOption("personal")
          await page.locator(".faults li").waitFor({ state: "detached" })
          await page.screenshot({ path: "test-output/simulator-switches.png" })
        })
        const { kind, faults } = yield* platform.conditions
        assert.deepStrictEqual({ kind, faults }, { kind: "personal", faults: [] })
      }).pipe(Effect.scoped)
  )

  it.live("an unread mark counts what came to a phone that nobody looks at, until somebody does", () =>
    Effect.gen(function* () {
      const { page, platform, second } = yield* openPage
      yield* platform.say(second, "喂")
      yield* Effect.promise(async () => {
        const unread = page.locator(".phone").nth(1).locator(".unread")
        await unread.waitFor()
        assert.strictEqual(await unread.textContent(), "1")
        await page.locator(".phone").nth(1).hover()
        await unread.waitFor({ state: "hidden" })
      })
    }).pipe(Effect.scoped)
  )

  it.live("a file of one's own is uploaded and shown; the scenario can be saved", () =>
    Effect.gen(function* () {
      const { page, url } = yield* openPage
      const png = Buffer.from(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
        "base64"
      )
      yield* Effect.promise(async () => {
        const one = page.locator(".phone").first()
        await one.getByRole("button", { name: "图片、语音、位置和关注" }).click()
        const chooser = page.waitForEvent("filechooser")
        await one.getByRole("menuitem", { name: "从文件选…" }).click()
        await (await chooser).setFiles({ name: "a.png", mimeType: "image/png", buffer: png })
        // Looked at from here: the page's own rules keep `waitForFunction` from evaluating in it.
        const image = one.locator(".own .picture img")
        await image.waitFor()
        const width = () => image.evaluate((shown: { readonly naturalWidth?: number }) => shown.naturalWidth)
        while ((await width()) !== 1) await page.waitForTimeout(pollMillis)
        const answer = await fetch(`${url}/simulator/scenario`)
        assert.include(await answer.text(), '"act": "image"')
      })
    }).pipe(Effect.scoped)
  )
})
