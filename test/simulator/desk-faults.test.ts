/** Faults by hand: the buttons and the form of the page bring what a plan in a file brings (`faults.test.ts`). */
import { mkdirSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Page } from "playwright-core"
import type { Conditions } from "../../src/simulator/conditions.ts"
import { call, credentials } from "./protocol/account.ts"
import { openDesk, say } from "./desk-page.ts"

const presets: ReadonlyArray<readonly [string, Conditions["faults"][number]]> = [
  ["慢 3 秒", { fault: "slow", millis: 3000 }],
  ["慢 6 秒", { fault: "slow", millis: 6000 }],
  ["下一个回答丢失", { fault: "lose-answer", times: 1 }],
  ["三成回答丢失", { fault: "lose-answer", share: 0.3 }],
  ["下一个请求丢失", { fault: "lose-request", times: 1 }],
  ["每条来两次", { fault: "twice" }],
  ["换一台服务器", { fault: "elsewhere" }],
  ["推送答 45047", { fault: "refuse", errcode: 45047, path: "message/custom/send" }],
  ["接口慢 3 秒", { fault: "slow-api", millis: 3000 }],
  ["接口 502", { fault: "bad-gateway" }],
  ["推送后没有回音", { fault: "lose-result", path: "message/custom/send", times: 1 }]
]

const switchOn = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click()

const faultRows = (page: Page) => page.locator(".faults li")

/** Takes every fault away again. */
const calm = async (page: Page) => {
  for (let left = await faultRows(page).count(); left > 0; left -= 1) {
    await page.getByRole("button", { name: /^去掉/u }).first().click()
    await faultRows(page)
      .nth(left - 1)
      .waitFor({ state: "detached" })
  }
}

describe("faults by hand", () => {
  it.live(
    "each button switches its fault on, and it can be taken away; a lost answer comes with the next attempt",
    () =>
      Effect.gen(function* () {
        const { bot, other, page, platform } = yield* openDesk()
        yield* Effect.promise(async () => {
          await page.getByRole("tab", { name: "开关" }).click()
          for (const [index, [name]] of presets.entries()) {
            await switchOn(page, name)
            await faultRows(page).nth(index).waitFor()
          }
        })
        assert.deepStrictEqual(
          (yield* platform.conditions).faults,
          presets.map(([, fault]) => fault)
        )
        yield* Effect.promise(async () => {
          await calm(page)
          await switchOn(page, "下一个回答丢失")
          await faultRows(page).waitFor()
          await say(page, 0, "在吗")
          await page.locator(".phone").first().getByText("> 在吗").waitFor()
        })
        const attempts = bot.received.filter(({ body }) => body.includes("在吗"))
        assert.lengthOf(attempts, 2)
        assert.strictEqual(attempts[0]?.body, attempts[1]?.body)
        yield* Effect.promise(async () => {
          await calm(page)
          await switchOn(page, "每条来两次")
          await faultRows(page).waitFor()
          await say(page, 0, "两次")
          await page.locator(".phone").first().getByText("> 两次").waitFor()
          await calm(page)
          await switchOn(page, "换一台服务器")
          await faultRows(page).waitFor()
          await say(page, 0, "哪一台")
          await page.locator(".phone").first().getByText("另一台").waitFor()
        })
        assert.lengthOf(
          bot.received.filter(({ body }) => body.includes("两次")),
          2
        )
        assert.lengthOf(other.received, 1)
      }).pipe(Effect.scoped)
  )

  it.live(
    "the form brings any fault: an errcode by path, rate and count; beside it tokens, clock and kind of account",
    () =>
      Effect.gen(function* () {
        const { page, platform, url, first, bot } = yield* openDesk()
        const token = (yield* call(`${url}/cgi-bin/stable_token`, credentials)).access_token ?? ""
        const push = Effect.map(
          call(`${url}/cgi-bin/message/custom/send?access_token=${token}`, {
            touser: first,
            msgtype: "text",
            text: { content: "推" }
          }),
          ({ errcode }) => errcode
        )
        assert.strictEqual(yield* push, 0)
        yield* Effect.promise(async () => {
          await page.getByRole("tab", { name: "开关" }).click()
          await page.getByText("自己配一个故障").click()
          const form = page.getByRole("form", { name: "添一个故障" })
          await form.getByLabel("故障").selectOption("refuse")
          await form.getByLabel("errcode").fill("87014")
          await form.getByLabel("只对这个接口").fill("message/custom/send")
          await form.getByLabel("最多几次").fill("1")
          await form.getByRole("button", { name: "添上" }).click()
          await faultRows(page).waitFor()
          await form.getByLabel("故障").selectOption("slow-api")
          await form.getByLabel("几秒").fill("0.2")
          await form.getByLabel("机会（%）").fill("25")
          await form.getByLabel("最多几次").fill("")
          await form.getByRole("button", { name: "添上" }).click()
          await faultRows(page).nth(1).waitFor()
        })
        assert.deepStrictEqual((yield* platform.conditions).faults, [
          { fault: "refuse", errcode: 87014, path: "message/custom/send", times: 1 },
          { fault: "slow-api", millis: 200, share: 0.25 }
        ])
        assert.deepStrictEqual([yield* push, yield* push], [87014, 0])
        yield* Effect.promise(async () => {
          await page.getByRole("button", { name: "作废所有 access_token" }).click()
          await page.getByRole("button", { name: /^作废了/u }).waitFor()
          await page.getByLabel("微信的时钟快几秒").fill("900")
          await page.getByLabel("微信的时钟快几秒").press("Enter")
          await page.getByLabel("账号类型").selectOption("personal")
          await page.getByRole("tab", { name: "线路" }).click()
          await say(page, 1, "几点了")
          await page.locator(".phone").nth(1).getByText("> 几点了").waitFor()
          await page.getByRole("tab", { name: "开关" }).click()
          mkdirSync("test-output", { recursive: true })
          await page.screenshot({ path: "test-output/simulator-switches.png" })
        })
        assert.strictEqual(yield* push, 40001)
        const ahead = Number(bot.received.at(-1)?.query.get("timestamp")) - Date.now() / 1000
        assert.approximately(ahead, 900, 60)
        assert.strictEqual((yield* platform.conditions).kind, "personal")
      }).pipe(Effect.scoped)
  )
})
