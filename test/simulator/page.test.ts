import { mkdirSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Exit, Scope } from "effect"
import type { Page } from "playwright-core"
import { browser } from "./browser.ts"
import { startSimulator } from "./simulator-rig.ts"
import { elementText, textReply, tinyBot, type Received } from "./tiny-bot.ts"

const echo = (received: Received) => {
  const event = elementText(received.body, "Event")
  if (event === "subscribe") return textReply(received, "你好")
  if (event === "CLICK") return textReply(received, `按了${elementText(received.body, "EventKey") ?? ""}`)
  return textReply(received, elementText(received.body, "Content") ?? "?")
}

const menu = {
  button: [
    { name: "更多", sub_button: [{ type: "click", name: "配对", key: "pair" }] },
    { type: "click", name: "帮助", key: "help" }
  ]
}

/** A page of a simulator with two phones; problems in the browser fail the test. */
const openPage = Effect.fnUntraced(function* (answer: (received: Received) => string = echo) {
  const bot = yield* tinyBot(answer)
  const { platform, url } = yield* startSimulator(bot.url, { phones: 2 })
  const chrome = yield* browser
  const problems: Array<string> = []
  const page = yield* Effect.promise(async () => {
    const opened = await chrome.newPage({ viewport: { width: 1280, height: 860 } })
    opened.on("pageerror", (error) => problems.push(error.message))
    opened.on("console", (line) => void (line.type() === "error" && problems.push(line.text())))
    await opened.goto(url)
    await opened.locator(".phone").nth(1).getByText("你好").waitFor()
    return opened
  })
  yield* Effect.addFinalizer(() => Effect.sync(() => assert.deepStrictEqual(problems, [])))
  return { bot, platform, page, url }
})

const phone = (page: Page, index: number) => page.locator(".phone").nth(index)
const accountBubbles = (page: Page, index: number) => phone(page, index).locator(".row:not(.own) .bubble")

describe("the page in a real browser", () => {
  it.live("two phones type, press and multiply", () =>
    Effect.gen(function* () {
      const { bot, platform, page } = yield* openPage()
      yield* Effect.promise(async () => {
        assert.strictEqual(await page.locator(".phone").count(), 2)
        await phone(page, 0).getByRole("textbox").fill("  两个空格\n下一行 <b>&amp; ")
        await phone(page, 0).getByRole("button", { name: "发送" }).click()
        await accountBubbles(page, 0).nth(1).waitFor()
        const shown = await accountBubbles(page, 0)
          .nth(1)
          .evaluate((bubble) => bubble.textContent)
        assert.strictEqual(shown, "  两个空格\n下一行 <b>&amp; ")
        assert.strictEqual(await accountBubbles(page, 1).count(), 1)
        assert.strictEqual(await page.getByRole("button", { name: "帮助" }).count(), 0)
      })
      yield* platform.account.createMenu(menu)
      yield* Effect.promise(async () => {
        const told = bot.received.length
        await phone(page, 1).getByRole("button", { name: "更多" }).click()
        await phone(page, 1).getByRole("menuitem", { name: "配对" }).waitFor()
        assert.strictEqual(bot.received.length, told, "opening a sub-menu tells nobody (notes 2.4)")
        await phone(page, 1).getByRole("menuitem", { name: "配对" }).click()
        await phone(page, 1).getByText("按了pair").waitFor()
        assert.strictEqual(await phone(page, 1).getByRole("menuitem").count(), 0)
        await phone(page, 0).getByRole("button", { name: "帮助" }).click()
        await phone(page, 0).getByText("按了help").waitFor()
        await page.getByRole("button", { name: "加一部手机" }).click()
        await phone(page, 2).getByText("你好").waitFor()
        mkdirSync("test-output", { recursive: true })
        await page.screenshot({ path: "test-output/simulator-phones.png" })
      })
    }).pipe(Effect.scoped)
  )

  it.live("works by keyboard alone", () =>
    Effect.gen(function* () {
      const { platform, page } = yield* openPage()
      yield* platform.account.createMenu(menu)
      yield* Effect.promise(async () => {
        await phone(page, 0).getByRole("textbox").focus()
        await page.keyboard.type("第一行")
        await page.keyboard.press("Shift+Enter")
        await page.keyboard.type("第二行")
        await page.keyboard.press("Enter")
        await accountBubbles(page, 0).nth(1).waitFor()
        assert.strictEqual(await accountBubbles(page, 0).nth(1).textContent(), "第一行\n第二行")
        const opener = phone(page, 0).getByRole("button", { name: "更多" })
        await opener.focus()
        await page.keyboard.press("Enter")
        assert.strictEqual(await opener.getAttribute("aria-expanded"), "true")
        await page.keyboard.press("Escape")
        assert.strictEqual(await opener.getAttribute("aria-expanded"), "false")
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Enter")
        await phone(page, 0).getByText("按了pair").waitFor()
      })
    }).pipe(Effect.scoped)
  )

  it.live("links of the account: web links, message menus, and nothing else", () =>
    Effect.gen(function* () {
      const text =
        '你好 <a href="https://example.edu/?a=1&amp;b=2">绑定</a> <a href="javascript:alert(1)">坏</a> ' +
        '<a href="weixin://bizmsgmenu?msgmenucontent=%E5%B8%AE%E5%8A%A9&msgmenuid=7">求助</a><img src=x onerror=alert(1)>'
      const { bot, page } = yield* openPage((received) => textReply(received, text))
      yield* Effect.promise(async () => {
        const bubble = accountBubbles(page, 0).first()
        assert.deepStrictEqual(
          await bubble.locator("a").evaluateAll((links) => links.map((link) => link.getAttribute("href"))),
          ["https://example.edu/?a=1&b=2"]
        )
        assert.strictEqual(await bubble.locator("img").count(), 0)
        assert.include(await bubble.textContent(), '<a href="javascript:alert(1)">坏</a>')
        await bubble.getByRole("button", { name: "求助" }).click()
        await phone(page, 0).locator(".row.own", { hasText: "帮助" }).waitFor()
      })
      const clicked = bot.received.at(-1)?.body ?? ""
      assert.strictEqual(elementText(clicked, "Content"), "帮助")
      assert.strictEqual(elementText(clicked, "bizmsgmenuid"), "7")
    }).pipe(Effect.scoped)
  )

  it.live("the allowance left stands on the phone, and a push takes from it", () =>
    Effect.gen(function* () {
      const { platform, page } = yield* openPage()
      const [first] = (yield* platform.snapshot).phones
      yield* Effect.promise(() =>
        phone(page, 0)
          .getByText(/还可推送 3 条 · \d+ 秒/)
          .waitFor()
      )
      yield* platform.account.push(first?.openid ?? "", { kind: "text", content: "推送" }, false)
      yield* Effect.promise(async () => {
        await phone(page, 0).getByText("推送", { exact: true }).waitFor()
        await phone(page, 0)
          .getByText(/还可推送 2 条/)
          .waitFor()
        assert.include(await phone(page, 1).locator(".allowance").textContent(), "3 条")
        assert.strictEqual(await phone(page, 0).locator(".dots i.left").count(), 2)
        assert.strictEqual(await phone(page, 0).locator(".dots i").count(), 3)
      })
      yield* platform.account.typing(first?.openid ?? "", "Typing")
      yield* Effect.promise(() => phone(page, 0).getByText("对方正在输入…").waitFor())
      yield* platform.account.push(first?.openid ?? "", { kind: "text", content: "写好了" }, false)
      yield* Effect.promise(() => phone(page, 0).getByText("对方正在输入…").waitFor({ state: "hidden" }))
    }).pipe(Effect.scoped)
  )

  it.live("comes back by itself after the simulator was started again", () =>
    Effect.gen(function* () {
      const bot = yield* tinyBot(echo)
      const scope = yield* Scope.make()
      const { url } = yield* startSimulator(bot.url, { phones: 1 }).pipe(Scope.provide(scope))
      const chrome = yield* browser
      const page = yield* Effect.promise(() => chrome.newPage())
      yield* Effect.promise(() => page.goto(url))
      yield* Effect.promise(() => phone(page, 0).getByText("你好").waitFor())
      yield* Scope.close(scope, Exit.void)
      yield* Effect.promise(() => page.getByText("正在重连").waitFor())
      yield* startSimulator(bot.url, { phones: 3, port: Number(new URL(url).port) })
      yield* Effect.promise(() => phone(page, 2).getByText("你好").waitFor())
      assert.strictEqual(yield* Effect.promise(() => page.locator(".phone").count()), 3)
      assert.strictEqual(yield* Effect.promise(() => page.locator("#connection").textContent()), "")
    }).pipe(Effect.scoped)
  )

  it.live("closes promptly while pages are open, allows only its own files, and takes only JSON", () =>
    Effect.gen(function* () {
      const bot = yield* tinyBot(echo)
      const scope = yield* Scope.make()
      const { url } = yield* startSimulator(bot.url, { phones: 1 }).pipe(Scope.provide(scope))
      const events = yield* Effect.promise(() => fetch(`${url}/simulator/events`))
      assert.strictEqual(events.headers.get("content-type"), "text/event-stream")
      const index = yield* Effect.promise(() => fetch(url))
      assert.match(
        index.headers.get("content-security-policy") ?? "",
        /^default-src 'none'; script-src 'self'/
      )
      const form = { method: "POST", body: `{"act":"add"}`, headers: { "content-type": "text/plain" } }
      assert.strictEqual((yield* Effect.promise(() => fetch(`${url}/simulator/act`, form))).status, 400)
      const startMillis = yield* Clock.currentTimeMillis
      yield* Scope.close(scope, Exit.void)
      assert.isBelow((yield* Clock.currentTimeMillis) - startMillis, 2000)
      yield* Effect.promise(() => events.text())
    }).pipe(Effect.scoped)
  )
})
