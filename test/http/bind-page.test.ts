/** The binding page in a real browser, as a phone shows it. */
import { mkdirSync } from "node:fs"
import { createServer } from "node:http"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Page } from "playwright-core"
import { bindingPage, bindingProblems } from "../../src/core/binding-wording.ts"
import { uuid } from "../campus/fake-gateway.ts"
import { browser } from "../simulator/browser.ts"
import { barriersOn } from "./barriers.ts"
import { bindStage, goodCard, someone } from "./bind-stage.ts"

const phone = { viewport: { width: 320, height: 640 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true }
const pictures = "test-output"

/** A page whose problems fail the test. */
const openPage = Effect.fnUntraced(function* (colorScheme: "light" | "dark" = "light") {
  const chrome = yield* browser
  const problems: Array<string> = []
  const page = yield* Effect.promise(async () => {
    const opened = await chrome.newPage({ ...phone, colorScheme })
    opened.on("pageerror", (error) => problems.push(error.message))
    // A page that is an answer to a wrong password is an error to the browser, and none to us.
    opened.on("console", (line) => {
      if (line.type() === "error" && !line.text().startsWith("Failed to load resource"))
        problems.push(line.text())
    })
    return opened
  })
  yield* Effect.addFinalizer(() => Effect.sync(() => assert.deepStrictEqual(problems, [])))
  return page
})

const picture = async (page: Page, name: string) => {
  mkdirSync(pictures, { recursive: true })
  await page.screenshot({ path: `${pictures}/bind-${name}.png`, fullPage: true })
}

const fill = async (page: Page, card: { readonly cardNumber: string; readonly password: string }) => {
  await page.getByLabel(bindingPage.cardNumber).fill(card.cardNumber)
  await page.getByLabel(bindingPage.password).fill(card.password)
}

describe("the binding page on a phone", () => {
  it.live("a wrong password, then the right one; then the card is deleted with the keyboard", () =>
    Effect.gen(function* () {
      const stage = yield* bindStage
      const page = yield* openPage()
      const first = yield* stage.newLink()
      yield* Effect.promise(async () => {
        await page.goto(first.address)
        await picture(page, "form")
        const { scroll, width } = (await page.evaluate(
          `({ scroll: document.documentElement.scrollWidth, width: window.innerWidth })`
        )) as { readonly scroll: number; readonly width: number }
        assert.isAtMost(scroll, width)
        await fill(page, { ...goodCard, password: "wrong" })
        await page.getByRole("button", { name: bindingPage.submit, exact: true }).click()
        await page.getByRole("alert").waitFor()
        assert.include((await page.getByRole("alert").textContent()) ?? "", bindingProblems.wrongCard)
        assert.strictEqual(await page.getByLabel(bindingPage.cardNumber).inputValue(), goodCard.cardNumber)
        assert.strictEqual(await page.getByLabel(bindingPage.password).inputValue(), "")
        // A screen reader begins with the title, and goes on in the field with what is wrong about it.
        assert.match(await page.title(), new RegExp(`^${bindingPage.failed}`, "u"))
        const field = page.locator(":focus")
        assert.strictEqual(await field.getAttribute("type"), "password")
        const [described = ""] = [await field.getAttribute("aria-describedby")]
        assert.strictEqual(await page.locator(`#${described}`).textContent(), bindingProblems.wrongCard)
        assert.deepStrictEqual(await barriersOn(page), [])
        await picture(page, "wrong")
        await fill(page, goodCard)
        await page.getByLabel(bindingPage.password).press("Enter")
        await page.getByRole("status").waitFor()
        assert.deepStrictEqual(await barriersOn(page), [])
        await picture(page, "done")
      })
      assert.strictEqual(yield* stage.uuidOf(someone), uuid)
      const second = yield* stage.newLink()
      yield* Effect.promise(async () => {
        await page.goto(second.address)
        assert.deepStrictEqual(await barriersOn(page), [])
        await picture(page, "bound")
        const reached: Array<string> = []
        for (let tab = 0; tab < 4; tab += 1) {
          await page.keyboard.press("Tab")
          const [name, outline] = (await page.evaluate(
            `[document.activeElement.id || document.activeElement.textContent.trim(), getComputedStyle(document.activeElement).outlineStyle]`
          )) as readonly [string, string]
          reached.push(name)
          assert.strictEqual(outline, "solid", name)
        }
        assert.deepStrictEqual(reached, ["cardNumber", "password", bindingPage.submit, bindingPage.unbind])
        await page.keyboard.press("Enter")
        await page.getByRole("heading", { name: bindingPage.undone }).waitFor()
      })
      assert.isUndefined(yield* stage.uuidOf(someone))
    })
  )

  it.live("in the dark it is dark, and everything can be read", () =>
    Effect.gen(function* () {
      const stage = yield* bindStage
      const page = yield* openPage("dark")
      const { address } = yield* stage.newLink()
      yield* Effect.promise(async () => {
        await page.goto(address)
        const background = await page.evaluate(`getComputedStyle(document.body).backgroundColor`)
        assert.strictEqual(background, "rgb(16, 18, 16)")
        assert.deepStrictEqual(await barriersOn(page), [])
        await picture(page, "dark")
        await page.goto(`${stage.publicUrl}/bind`)
        assert.deepStrictEqual(await barriersOn(page), [])
        await picture(page, "spoiled")
      })
    })
  )

  it.live("shows nothing in a frame of another site, and takes no form from there", () =>
    Effect.gen(function* () {
      const stage = yield* bindStage
      const { address, sealed } = yield* stage.newLink()
      const trap = yield* trapSite(`<iframe src="${address}"></iframe>
        <form method="post" action="${stage.publicUrl}/bind" target="answer">
        <input name="link" value="${sealed}"><input name="cardNumber" value="${goodCard.cardNumber}">
        <input name="password" value="${goodCard.password}"><button>win</button></form><iframe name="answer"></iframe>`)
      const chrome = yield* browser
      yield* Effect.promise(async () => {
        const page = await chrome.newPage(phone)
        await page.goto(trap)
        assert.strictEqual(await page.frameLocator("iframe").first().locator("form").count(), 0)
        const answered = page.waitForResponse((response) => response.request().method() === "POST")
        await page.getByRole("button", { name: "win" }).click()
        assert.strictEqual((await answered).status(), 403)
      })
      assert.isUndefined(yield* stage.uuidOf(someone))
    })
  )
})

/** Another site, as a browser sees it: another host name for the same machine. */
const trapSite = (body: string) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly url: string; readonly close: () => void }>((resume) => {
      const server = createServer((_request, response) => {
        response.writeHead(200, { "content-type": "text/html" })
        response.end(body)
      })
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" && address !== null ? address.port : 0
        resume(Effect.succeed({ url: `http://localhost:${port}/`, close: () => void server.close() }))
      })
    }),
    ({ close }) => Effect.sync(close)
  ).pipe(Effect.map(({ url }) => url))
