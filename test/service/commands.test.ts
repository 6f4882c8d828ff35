import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { freePort } from "../memcached/memcached-process.ts"
import { exchange, signedQuery } from "./callback.ts"
import { eventually } from "./eventually.ts"
import { appId, appSecret, fakeWeChat } from "./fake-wechat.ts"
import { serving, servingVariables, token } from "./stage.ts"
import { emptyFolder, type Ended, finished, xiaohou } from "./xiaohou-process.ts"

const layout = {
  课表: ["更新课表", "明天课表", "今天课表", "下节课"],
  小工具: ["更新绑定信息", "教务信息", "空闲教室", "图书馆借书信息", "跑操次数"],
  更多: ["配对", "状态", "更换", "退出", "关于"]
}

const wholeMenu = {
  button: Object.entries(layout).map(([name, buttons]) => ({
    name,
    sub_button: buttons.map((button) => ({ type: "click", name: button, key: button }))
  }))
}

/** One clear line on stderr, nothing on stdout, exit code 1. */
const assertRefused = (ended: Ended, ...mentions: ReadonlyArray<string>) => {
  assert.deepStrictEqual([ended.code, ended.signal, ended.stdout], [1, null, ""])
  assert.match(ended.stderr, /^[^\n]+\n$/)
  for (const mention of mentions) assert.include(ended.stderr, mention)
}

const inTwos = { concurrency: 2 } as const

describe("the command line", () => {
  it.live("--help everywhere; bad usage is one line and exit code 1", () =>
    Effect.gen(function* () {
      const helps = [["--help"], ["serve", "--help"], ["menu", "--help"], ["menu", "push", "--help"]]
      const answers = yield* Effect.forEach(helps, (args) => finished(args), inTwos)
      for (const help of answers) assert.deepStrictEqual([help.code, help.stderr], [0, ""])
      for (const command of ["serve", "menu"]) assert.include(answers[0]?.stdout, command)
      assert.include(answers[3]?.stdout, "--dry-run")
      const wrong = [
        ["bogus"],
        ["--bogus"],
        ["serve", "extra"],
        ["serve", "--port"],
        ["menu"],
        ["menu", "pull"],
        ["wechat", "--callback", "http://127.0.0.1:9/", "--token", "abc", "--mode", "safe"]
      ]
      for (const ended of yield* Effect.forEach(wrong, (args) => finished(args), inTwos)) assertRefused(ended)
    })
  )

  it.live("menu show prints only the JSON, without any setting", () =>
    Effect.gen(function* () {
      const { code, stdout, stderr } = yield* finished(["menu", "show"])
      assert.deepStrictEqual([code, stderr], [0, ""])
      assert.deepStrictEqual(JSON.parse(stdout), wholeMenu)
    })
  )

  it.live("menu diff and push: exit codes, a dry run, and what arrives at WeChat", () =>
    Effect.gen(function* () {
      const weChat = yield* fakeWeChat
      const account = { WECHAT_APP_ID: appId, WECHAT_APP_SECRET: appSecret, WECHAT_API_URL: weChat.url }
      const menu = (...args: ReadonlyArray<string>) => finished(["menu", ...args], account)
      const none = yield* menu("diff")
      assert.strictEqual(none.code, 1)
      assert.include(none.stdout, "配对")
      assert.strictEqual((yield* menu("push", "--dry-run")).code, 0)
      assert.isUndefined(weChat.menu)
      assert.strictEqual((yield* menu("push")).code, 0)
      assert.deepStrictEqual(weChat.menu, wholeMenu)
      assert.strictEqual((yield* menu("diff")).code, 0)
      weChat.menu = { button: wholeMenu.button.slice(1) }
      const changed = yield* menu("diff")
      assert.strictEqual(changed.code, 1)
      assert.include(changed.stdout, "下节课")
      const wrong = yield* finished(["menu", "push"], { ...account, WECHAT_APP_SECRET: "wrong-secret-1234" })
      assertRefused(wrong)
      assert.notInclude(wrong.stderr, "wrong-secret")
      assertRefused(yield* finished(["menu", "diff"]), "WECHAT_APP_ID", "WECHAT_APP_SECRET")
      const nobody = { ...account, WECHAT_API_URL: `http://127.0.0.1:${yield* freePort}` }
      assertRefused(yield* finished(["menu", "diff"], nobody))
    }).pipe(Effect.scoped)
  )
})

describe("settings", () => {
  it.live("all wrong ones at once, each by its name, none of them repeated", () =>
    Effect.gen(function* () {
      const wrong = {
        PORT: "99999",
        PUBLIC_URL: "ftp://wrong",
        WECHAT_TOKEN: "!wrong token",
        WECHAT_APP_ID: "wrong app",
        WECHAT_ENCODING_AES_KEY: "wrong",
        WECHAT_PREVIOUS_ENCODING_AES_KEY: "wrong",
        WECHAT_MESSAGE_MODE: "wrong",
        WECHAT_DELIVERY: "wrong",
        WECHAT_API_URL: "wrong",
        MEMCACHED_SERVERS: "wrong:wrong",
        PAIRING_TIMEOUT: "wrong",
        CHAT_IDLE_TIMEOUT: "5",
        DATABASE_URL: "wrong",
        CAMPUS_URL: "wrong",
        CHATBOT: "wrong",
        SIMSIMI_URL: "wrong",
        OPENAI_BASE_URL: "wrong",
        TIME_ZONE: "Mars/Wrong",
        LOG_LEVEL: "wrong",
        LOG_FORMAT: "wrong",
        OTEL_EXPORTER_OTLP_ENDPOINT: "wrong"
      }
      const ended = yield* finished(["serve"], wrong)
      assert.deepStrictEqual([ended.code, ended.stdout], [1, ""])
      for (const name of Object.keys(wrong)) assert.match(ended.stderr, new RegExp(`\\b${name}\\b`))
      assert.notInclude(ended.stderr.toLowerCase(), "!wrong")
      assert.strictEqual(ended.stderr.trim().split("\n").length, Object.keys(wrong).length + 1)
    })
  )

  it.live("serving without a token, or with half an account, is refused", () =>
    Effect.gen(function* () {
      const without = yield* finished(["serve"])
      assert.strictEqual(without.code, 1)
      assert.include(without.stderr, "WECHAT_TOKEN")
      const half = yield* finished([], { WECHAT_TOKEN: token, WECHAT_APP_SECRET: "secret-of-nobody" })
      assert.strictEqual(half.code, 1)
      assert.include(half.stderr, "WECHAT_APP_ID")
      assert.notInclude(half.stderr, "secret-of-nobody")
    })
  )

  it.live("a chatbot without what it needs is refused", () =>
    Effect.gen(function* () {
      const simsimi = yield* finished(["serve"], { WECHAT_TOKEN: token, CHATBOT: "simsimi" })
      assert.strictEqual(simsimi.code, 1)
      assert.include(simsimi.stderr, "SIMSIMI_API_KEY")
      const openai = yield* finished(["serve"], { WECHAT_TOKEN: token, OPENAI_API_KEY: "secret-of-nobody" })
      assert.strictEqual(openai.code, 1)
      for (const name of ["OPENAI_BASE_URL", "OPENAI_MODEL"]) assert.include(openai.stderr, name)
      assert.notInclude(openai.stderr, "secret-of-nobody")
    })
  )

  it.live(".env in the working directory is read; the environment wins; a token alone means serving", () =>
    Effect.gen(function* () {
      const folder = yield* emptyFolder
      const [port, other] = [yield* freePort, yield* freePort]
      writeFileSync(
        join(folder, ".env"),
        `# a comment\nWECHAT_TOKEN="${token}"\nPORT=${other}\nLOG_FORMAT=json\nPAIRING_TIMEOUT='40 seconds'\n`
      )
      const server = yield* xiaohou([], { PORT: String(port) }, folder)
      const query = signedQuery(token)
      query.set("echostr", "gelesen")
      const answer = yield* eventually(
        "the service answers",
        () => exchange(`http://127.0.0.1:${port}/wechat?${query}`).catch(() => undefined),
        10_000
      )
      assert.strictEqual(answer.body, "gelesen")
      // State in this process comes with a warning; serving says where.
      assert.include(server.stdout() + server.stderr(), "MEMCACHED_SERVERS")
      const lines = server.stdout().trim().split("\n")
      for (const line of lines) assert.isObject(JSON.parse(line))
    }).pipe(Effect.scoped)
  )

  it.live("a port that is taken is one clear line and exit code 1", () =>
    Effect.gen(function* () {
      const weChat = yield* fakeWeChat
      const { MEMCACHED_SERVERS: _none, ...variables } = servingVariables(weChat, 1)
      const folder = yield* emptyFolder
      const server = yield* serving({ ...variables, LOG_LEVEL: "error" }, folder)
      const { port } = new URL(server.url)
      const quiet = { ...variables, LOG_LEVEL: "error", PORT: port }
      assertRefused(yield* finished(["serve"], quiet, folder), port)
      assertRefused(yield* finished([], { PORT: port, LOG_LEVEL: "error" }, folder), port)
    }).pipe(Effect.scoped)
  )

  it.live("--log-level counts more than LOG_LEVEL", () =>
    Effect.gen(function* () {
      const weChat = yield* fakeWeChat
      const { MEMCACHED_SERVERS: _none, ...variables } = servingVariables(weChat, 1)
      const port = yield* freePort
      const running = yield* xiaohou(
        ["serve", "--log-level", "none"],
        { ...variables, PORT: String(port), LOG_LEVEL: "debug" },
        yield* emptyFolder
      )
      const answers = () =>
        fetch(`http://127.0.0.1:${port}/healthz`).then(
          ({ ok }) => (ok ? true : undefined),
          () => undefined
        )
      yield* eventually("it serves", answers, 30_000)
      assert.strictEqual(running.stdout() + running.stderr(), "")
    }).pipe(Effect.scoped)
  )
})
