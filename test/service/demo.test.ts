import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Page } from "playwright-core"
import { freePort } from "../memcached/memcached-process.ts"
import { browser } from "../simulator/browser.ts"
import { exchange } from "./callback.ts"
import { eventually } from "./eventually.ts"
import { emptyFolder, projectFolder, xiaohou } from "./xiaohou-process.ts"

/** The demo on a free port; the address that it prints. */
const demo = Effect.gen(function* () {
  const port = yield* freePort
  const running = yield* xiaohou([], { PORT: String(port) }, yield* emptyFolder)
  const address = yield* eventually(
    "the demo prints where the page is",
    () => /http:\/\/127\.0\.0\.1:\d+\//.exec(running.stdout())?.[0],
    60_000
  )
  // What its secrets protect ends with it, so that nothing has to be set.
  assert.notInclude(running.stdout() + running.stderr(), "LINK_SECRET")
  return address
})

const phone = (page: Page, index: number) => page.locator(".phone").nth(index)

/** What the account says on a phone. */
const bubbles = (page: Page, index: number) => phone(page, index).locator(".row:not(.own) .bubble")

const press = async (page: Page, index: number, button: string) => {
  await phone(page, index).getByRole("button", { name: "更多" }).click()
  await phone(page, index).getByRole("menuitem", { name: button }).click()
}

const say = async (page: Page, index: number, words: string) => {
  await phone(page, index).getByRole("textbox").fill(words)
  await phone(page, index).getByRole("button", { name: "发送" }).click()
}

const hears = (page: Page, index: number, words: string) =>
  bubbles(page, index).filter({ hasText: words }).first().waitFor({ timeout: 10_000 })

describe("the demo", () => {
  it.live("in a browser: two phones pair and talk, a third joins whoever is left", () =>
    Effect.gen(function* () {
      const address = yield* demo
      const chrome = yield* browser
      const problems: Array<string> = []
      yield* Effect.promise(async () => {
        const page = await chrome.newPage({ viewport: { width: 1_280, height: 860 } })
        page.on("pageerror", (error) => problems.push(error.message))
        page.on("console", (line) => void (line.type() === "error" && problems.push(line.text())))
        await page.goto(address)
        for (const index of [0, 1]) await hears(page, index, "你好，我是小猴")
        assert.strictEqual(await page.locator(".phone").count(), 2)
        await press(page, 0, "配对")
        await hears(page, 0, "正在配对")
        await press(page, 1, "配对")
        for (const index of [0, 1]) await hears(page, index, "已配对成功，可以开始聊天")
        await say(page, 0, "你好，  0012 <b>]]> 😀")
        await bubbles(page, 1).getByText("你好，  0012 <b>]]> 😀", { exact: true }).waitFor()
        await say(page, 1, "下节课")
        await bubbles(page, 0).getByText("下节课", { exact: true }).waitFor()
        await page.getByRole("button", { name: "加一部手机" }).click()
        await hears(page, 2, "你好，我是小猴")
        await press(page, 2, "配对")
        await hears(page, 2, "正在配对")
        await press(page, 1, "更换")
        await hears(page, 0, "对方已离开")
        await hears(page, 2, "已配对成功，可以开始聊天")
        await say(page, 2, "新朋友")
        await hears(page, 1, "新朋友")
        assert.strictEqual(await bubbles(page, 0).filter({ hasText: "新朋友" }).count(), 0)
        // The words to tap in the account's own text.
        await bubbles(page, 2).getByRole("button", { name: "#退出" }).last().click()
        await hears(page, 2, "已退出")
        await hears(page, 1, "对方已离开")
        const output = join(projectFolder, "test-output")
        mkdirSync(output, { recursive: true })
        await page.screenshot({ path: join(output, "demo-three-phones.png") })
      })
      assert.deepStrictEqual(problems, [])
    }).pipe(Effect.scoped)
  )

  it.live("in a browser: lines beyond the allowance wait, and ride on the next reply", () =>
    Effect.gen(function* () {
      const address = yield* demo
      const chrome = yield* browser
      yield* Effect.promise(async () => {
        const page = await chrome.newPage({ viewport: { width: 1_400, height: 860 } })
        await page.goto(address)
        for (const index of [0, 1]) await hears(page, index, "你好，我是小猴")
        await press(page, 0, "配对")
        await hears(page, 0, "正在配对")
        await press(page, 1, "配对")
        for (const index of [0, 1]) await hears(page, index, "已配对成功，可以开始聊天")
        const lines = Array.from({ length: 8 }, (_, number) => `第${number + 1}句`)
        for (const line of lines) await say(page, 0, line)
        await hears(page, 0, "对方稍后收到")
        await phone(page, 1).getByRole("heading", { name: "对方正在输入…" }).waitFor()
        const allowance = phone(page, 1).locator(".allowance")
        await allowance.getByText(/不可推送|还可推送 [01] 条/u).waitFor({ timeout: 10_000 })
        const output = join(projectFolder, "test-output")
        mkdirSync(output, { recursive: true })
        await page.screenshot({ path: join(output, "demo-allowance.png") })
        await say(page, 1, "都收到了吗")
        await hears(page, 1, "第8句")
        const heard = (await bubbles(page, 1).allTextContents()).join("\n")
        assert.deepStrictEqual(heard.match(/第\d句/gu), lines)
      })
    }).pipe(Effect.scoped)
  )

  it.live("in a browser: a student card is bound through the page, and the timetable answers", () =>
    Effect.gen(function* () {
      const address = yield* demo
      const chrome = yield* browser
      yield* Effect.promise(async () => {
        const page = await chrome.newPage({ viewport: { width: 1_400, height: 860 } })
        await page.goto(address)
        await hears(page, 0, "你好，我是小猴")
        const choose = async (top: string, button: string) => {
          await phone(page, 0).getByRole("button", { name: top }).click()
          await phone(page, 0).getByRole("menuitem", { name: button }).click()
        }
        await choose("小工具", "更新绑定信息")
        const link = bubbles(page, 0).locator("a").first()
        await link.waitFor()
        const opened = page.waitForEvent("popup")
        await link.click()
        const form = await opened
        const [card = "", password = ""] = await page.locator("#demo-hint kbd").allTextContents()
        await form.locator('input[type="text"], input:not([type])').first().fill(card)
        await form.locator('input[type="password"]').fill(password)
        await form.locator('form button, form input[type="submit"]').first().click()
        await hears(page, 0, "绑定成功")
        await choose("课表", "下节课")
        await bubbles(page, 0)
          .getByText(/\d{1,2}:\d{2}/u)
          .first()
          .waitFor({ timeout: 10_000 })
      })
    }).pipe(Effect.scoped)
  )

  it.live("the page needs nothing from elsewhere, and health is there beside it", () =>
    Effect.gen(function* () {
      const address = yield* demo
      const [page, health, ready] = yield* Effect.forEach(["", "healthz", "readyz"], (path) =>
        Effect.promise(() => exchange(address + path))
      )
      assert.deepStrictEqual([page?.status, health?.status, ready?.status], [200, 200, 200])
      assert.notMatch(page?.body ?? "", /(src|href)="(https?:)?\/\//)
      const unsigned = yield* Effect.promise(() => exchange(`${address}wechat`, { body: "<xml></xml>" }))
      assert.strictEqual(unsigned.status, 401)
    }).pipe(Effect.scoped)
  )
})
