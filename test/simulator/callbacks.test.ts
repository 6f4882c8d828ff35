import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { faultSentence } from "../../src/simulator/callbacks.ts"
import { unsupportedKindText } from "../../src/simulator/callback-body.ts"
import { startSimulator } from "./simulator-rig.ts"
import { elementText, textReply, tinyBot } from "./tiny-bot.ts"

const patience = { attemptLimitMillis: 150 }

const texts = (phone: {
  readonly bubbles: ReadonlyArray<{ readonly text: string; readonly side: string }>
}) => phone.bubbles.filter(({ side }) => side !== "own").map(({ text }) => text)

describe("callbacks over real HTTP (protocol notes 1 to 3)", () => {
  it.live("verifies an address by its echo, and not with another token", () =>
    Effect.gen(function* () {
      const bot = yield* tinyBot(() => "success")
      assert.isTrue(yield* (yield* startSimulator(bot.url)).platform.verify)
      assert.isFalse(yield* (yield* startSimulator(bot.url, { token: "other" })).platform.verify)
      assert.isFalse(yield* (yield* startSimulator("http://127.0.0.1:1/wechat", patience)).platform.verify)
    }).pipe(Effect.scoped)
  )

  it.live("an echo with a line break or quotes around it does not pass (pitfalls 8, 10)", () =>
    Effect.gen(function* () {
      for (const spoil of [(echo: string) => `${echo}\n`, (echo: string) => JSON.stringify(echo)]) {
        const bot = yield* tinyBot(() => "success", spoil)
        assert.isFalse(yield* (yield* startSimulator(bot.url)).platform.verify)
      }
    }).pipe(Effect.scoped)
  )

  it.live("a text comes as signed XML in WeChat's order, an event without MsgId", () =>
    Effect.gen(function* () {
      const bot = yield* tinyBot((received) =>
        textReply(received, `> ${elementText(received.body, "Content") ?? ""}`)
      )
      const { platform } = yield* startSimulator(bot.url)
      const openid = yield* platform.follow
      yield* platform.say(openid, " 下节课 ")
      yield* platform.press(openid, "配对")
      const [follow, said, pressed] = bot.received
      assert.match(openid, /^o[\w-]{27}$/)
      assert.strictEqual(elementText(follow?.body ?? "", "Event"), "subscribe")
      assert.match(
        said?.body ?? "",
        /^<xml><ToUserName>.*<FromUserName>.*<CreateTime>\d+<\/CreateTime>\s<MsgType>.*<Content><!\[CDATA\[ 下节课 \]\]><\/Content>\s<MsgId>\d{19}<\/MsgId>\s<\/xml>$/s
      )
      assert.strictEqual(said?.query.get("openid"), openid)
      assert.strictEqual(said?.headers["content-type"], "text/xml")
      assert.isUndefined(said?.headers["traceparent"])
      assert.strictEqual(elementText(pressed?.body ?? "", "Event"), "CLICK")
      assert.strictEqual(elementText(pressed?.body ?? "", "EventKey"), "配对")
      assert.notInclude(`${follow?.body ?? ""}${pressed?.body ?? ""}`, "MsgId")
      assert.deepStrictEqual(texts(yield* platform.phone(openid)).slice(1), ["> ", ">  下节课 ", "> "])
    }).pipe(Effect.scoped)
  )

  it.live("]]> in a text is sent as it is, not split (pitfalls 14, 41)", () =>
    Effect.gen(function* () {
      const bot = yield* tinyBot(() => "success")
      const { platform } = yield* startSimulator(bot.url)
      const openid = yield* platform.follow
      yield* platform.say(openid, "a]]>b")
      assert.include(bot.received[1]?.body, "<Content><![CDATA[a]]>b]]></Content>")
    }).pipe(Effect.scoped)
  )

  it.live("stickers come as the fixed sentence, pictures with their media id", () =>
    Effect.gen(function* () {
      const bot = yield* tinyBot(() => "success")
      const { platform } = yield* startSimulator(bot.url)
      const openid = yield* platform.follow
      yield* platform.act(openid, { act: "sticker" })
      yield* platform.act(openid, { act: "image" })
      assert.strictEqual(elementText(bot.received[1]?.body ?? "", "Content"), unsupportedKindText)
      const image = (yield* platform.phone(openid)).bubbles.find(({ kind }) => kind === "image")
      assert.strictEqual(elementText(bot.received[2]?.body ?? "", "MediaId"), image?.mediaId)
    }).pipe(Effect.scoped)
  )

  it.live("three attempts with one body and three signatures, then the fault sentence", () =>
    Effect.gen(function* () {
      const bot = yield* tinyBot((received) => (received.body.includes("[text]") ? undefined : "success"))
      const { platform } = yield* startSimulator(bot.url, patience)
      const openid = yield* platform.follow
      assert.strictEqual((yield* platform.say(openid, "anybody?"))._tag, "Fault")
      const attempts = bot.received.slice(1)
      assert.strictEqual(attempts.length, 3)
      assert.strictEqual(new Set(attempts.map(({ body }) => body)).size, 1)
      assert.strictEqual(new Set(attempts.map(({ query }) => query.get("signature"))).size, 3)
      assert.strictEqual(texts(yield* platform.phone(openid)).at(-1), faultSentence)
    }).pipe(Effect.scoped)
  )

  it.live("a status other than 200 is tried again; the answer that comes is shown once", () =>
    Effect.gen(function* () {
      const bot = yield* tinyBot((received, count) =>
        count === 2 || count === 3 ? { status: 500, body: "oops" } : textReply(received, String(count))
      )
      const { platform } = yield* startSimulator(bot.url)
      const openid = yield* platform.follow
      yield* platform.say(openid, "hello")
      assert.strictEqual(bot.received.length, 4)
      assert.deepStrictEqual(texts(yield* platform.phone(openid)).slice(1), ["1", "4"])
    }).pipe(Effect.scoped)
  )

  it.live("success and an empty body show nothing and are final", () =>
    Effect.gen(function* () {
      const bot = yield* tinyBot((_, count) => (count % 2 === 0 ? "" : "success"))
      const { platform } = yield* startSimulator(bot.url)
      const openid = yield* platform.follow
      yield* platform.say(openid, "hello")
      assert.strictEqual(bot.received.length, 2)
      assert.strictEqual(texts(yield* platform.phone(openid)).length, 1)
    }).pipe(Effect.scoped)
  )

  it.live("an answer that WeChat cannot read shows the fault sentence at once", () =>
    Effect.gen(function* () {
      const bot = yield* tinyBot((received) =>
        received.body.includes("[text]") ? textReply(received, "") : "success"
      )
      const { platform } = yield* startSimulator(bot.url)
      const openid = yield* platform.follow
      yield* platform.say(openid, "hello")
      assert.strictEqual(bot.received.length, 2)
      assert.strictEqual(texts(yield* platform.phone(openid)).at(-1), faultSentence)
    }).pipe(Effect.scoped)
  )

  it.live("a text cut in the middle of a character shows the fault sentence (pitfall 15)", () =>
    Effect.gen(function* () {
      const bot = yield* tinyBot((received) => {
        const bytes = Buffer.from(textReply(received, "猴"))
        return { body: bytes.filter((_, index) => index !== bytes.indexOf("猴") + 2) }
      })
      const { platform } = yield* startSimulator(bot.url)
      const openid = yield* platform.follow
      assert.strictEqual(texts(yield* platform.phone(openid)).at(-1), faultSentence)
    }).pipe(Effect.scoped)
  )

  it.live("who left the account cannot talk to it, and may come back", () =>
    Effect.gen(function* () {
      const bot = yield* tinyBot((received) => textReply(received, "hello"))
      const { platform } = yield* startSimulator(bot.url)
      const openid = yield* platform.follow
      yield* platform.act(openid, { act: "unfollow" })
      assert.strictEqual(texts(yield* platform.phone(openid)).at(-1), "你已取消关注")
      assert.strictEqual(elementText(bot.received[1]?.body ?? "", "Event"), "unsubscribe")
      assert.strictEqual((yield* Effect.flip(platform.say(openid, "?")))._tag, "PhoneNotFollowing")
      assert.strictEqual((yield* Effect.flip(platform.say("oNobody", "?")))._tag, "PhoneUnknown")
      yield* platform.act(openid, { act: "follow" })
      assert.strictEqual((yield* Effect.flip(platform.act(openid, { act: "follow" })))._tag, "PhoneFollowing")
      yield* platform.say(openid, "back")
      assert.strictEqual(bot.received.length, 4)
    }).pipe(Effect.scoped)
  )

  it.live("WeChat's patience is five seconds", () =>
    Effect.gen(function* () {
      const bot = yield* tinyBot((received, count) => (count === 2 ? undefined : textReply(received, "late")))
      const { platform } = yield* startSimulator(bot.url)
      const openid = yield* platform.follow
      yield* platform.say(openid, "hello")
      const [slow, quick] = (yield* platform.snapshot).wire.slice(1)
      assert.isAtLeast(slow?.durationMillis ?? 0, 4900)
      assert.isBelow(slow?.durationMillis ?? 0, 6000)
      assert.strictEqual(quick?.attempt, 2)
      assert.strictEqual(texts(yield* platform.phone(openid)).at(-1), "late")
    }).pipe(Effect.scoped)
  )
})
