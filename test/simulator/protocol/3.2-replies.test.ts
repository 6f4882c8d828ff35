import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { elementText, reply, textReply, type BotAnswer, type Received } from "../tiny-bot.ts"
import { account } from "./account.ts"

/** Written down a second time from the notes. */
const faultSentence = "该公众号提供的服务出现故障，请稍后再试"

describe("protocol notes 3.2, the XML of a reply", () => {
  const cdata = (text: string) => `<![CDATA[${text}]]>`
  const typed = (type: string, inner: string) => (received: Received) =>
    reply(received, `<MsgType>${cdata(type)}</MsgType>${inner}`)
  const sent = (received: Received) => elementText(received.body, "MediaId") ?? ""
  const article = `<item><Title>${cdata("题")}</Title><Description>${cdata("说明")}</Description><PicUrl>${cdata("")}</PicUrl><Url>${cdata("https://example.edu/")}</Url></item>`
  const news = (count: number) =>
    typed("news", `<ArticleCount>${count}</ArticleCount><Articles>${article.repeat(count)}</Articles>`)

  /** What the phone shows when the bot answers a picture like this. */
  const shownFor = Effect.fnUntraced(function* (answer: (received: Received) => BotAnswer) {
    const { platform, openid, shown, lastCallback } = yield* account((received) =>
      elementText(received.body, "MsgType") === "image" ? answer(received) : "success"
    )
    yield* platform.act(openid, { act: "image" })
    return { last: (yield* shown).at(-1), callback: yield* lastCallback }
  })

  const taken: ReadonlyArray<readonly [string, (received: Received) => string, string, string]> = [
    ["text: \\n is the line break", typed("text", `<Content>${cdata("一\n二")}</Content>`), "text", "一\n二"],
    [
      "text ≤ 2048 bytes UTF-8",
      typed("text", `<Content>${cdata(`${"猴".repeat(682)}ab`)}</Content>`),
      "text",
      `${"猴".repeat(682)}ab`
    ],
    [
      "image: MediaId may be the incoming one",
      (received) => typed("image", `<Image><MediaId>${cdata(sent(received))}</MediaId></Image>`)(received),
      "image",
      ""
    ],
    [
      "voice",
      (received) => typed("voice", `<Voice><MediaId>${cdata(sent(received))}</MediaId></Voice>`)(received),
      "voice",
      ""
    ],
    [
      "video: title and description optional",
      (received) => typed("video", `<Video><MediaId>${cdata(sent(received))}</MediaId></Video>`)(received),
      "video",
      ""
    ],
    [
      "music: ThumbMediaId required by docs",
      (received) =>
        typed(
          "music",
          `<Music><Title>${cdata("歌")}</Title><MusicUrl>${cdata("https://example.edu/a.mp3")}</MusicUrl><ThumbMediaId>${cdata(sent(received))}</ThumbMediaId></Music>`
        )(received),
      "music",
      ""
    ],
    ["news: 1 item when answering a message", news(1), "news", ""],
    [
      "transfer_customer_service hands the chat to human agents",
      typed("transfer_customer_service", `<TransInfo><KfAccount>${cdata("a@b")}</KfAccount></TransInfo>`),
      "text",
      "已转接人工客服"
    ],
    [
      "CreateTime is not checked",
      (received) => textReply(received, "好").replace("1700000000", "1700000000123"),
      "text",
      "好"
    ],
    [
      "CDATA: ]]> is split into ]]]]><![CDATA[>",
      typed("text", `<Content>${cdata("a]]]]><![CDATA[>b")}</Content>`),
      "text",
      "a]]>b"
    ],
    ["an element may come without CDATA", typed("text", "<Content>a &lt; b</Content>"), "text", "a < b"]
  ]
  it.live.each(taken)("taken: %s", ([, answer, kind, text]) =>
    Effect.gen(function* () {
      const { last, callback } = yield* shownFor(answer)
      assert.deepStrictEqual({ kind: last?.kind, text: last?.text }, { kind, text }, callback?.explanation)
      assert.strictEqual(callback?.explanation, "")
    }).pipe(Effect.scoped)
  )

  const text = (content: string) => (received: Received) => textReply(received, content)
  const cut = (received: Received) => {
    const bytes = Buffer.from(textReply(received, "猴"))
    return { body: bytes.filter((_, index) => index !== bytes.indexOf("猴") + 2) }
  }
  const refused: ReadonlyArray<readonly [string, (received: Received) => BotAnswer, RegExp]> = [
    ["Content empty (pitfall 11)", text(""), /Content 是空的/],
    ["text over 2048 bytes", text(`${"猴".repeat(682)}abc`), /2049 字节/],
    ["JSON", () => `{"errcode":0}`, /回答是 JSON/],
    ["a JSON-quoted success", () => `"success"`, /回答是 JSON/],
    ["success with a newline", () => "success\n", /success 前后/],
    ["an HTML error page", () => "<html><body>502</body></html>", /最外层必须是 <xml>，这里是 <html>/],
    ["a stack trace", () => "Error: oops\n  at main", /不是一份完整的 XML/],
    [
      "HTTP headers in the body (pitfall 12)",
      (received) => `HTTP/1.1 200 OK\r\n\r\n${textReply(received, "好")}`,
      /不是一份完整的 XML|标签里/
    ],
    [
      "the wrong element case (pitfall 42)",
      (received) => textReply(received, "好").replaceAll("Content>", "content>"),
      /缺少 <Content>/
    ],
    [
      "a stray space inside a tag (pitfall 42)",
      (received) => textReply(received, "好").replace("<Content>", "<Content >"),
      /空格.*<Content >/
    ],
    [
      "a CDATA broken by a space (pitfall 42)",
      (received) => textReply(received, "好").replaceAll("<![CDATA[", "< ![CDATA["),
      /空格/
    ],
    [
      "an element twice",
      (received) => textReply(received, "好").replace("<CreateTime>", "<MsgType>text</MsgType><CreateTime>"),
      /<MsgType> 出现了两次/
    ],
    [
      "a second <xml> nested (node-easywechat #13)",
      (received) => `<xml>${textReply(received, "好")}</xml>`,
      /缺少 <ToUserName>/
    ],
    [
      "media without its wrapper (PowerWeChat #282)",
      (received) => typed("image", `<MediaId>${cdata(sent(received))}</MediaId>`)(received),
      /缺少 <Image>/
    ],
    [
      "music without ThumbMediaId",
      typed("music", `<Music><Title>${cdata("歌")}</Title></Music>`),
      /缺少 <ThumbMediaId>/
    ],
    [
      "a media id that is not WeChat's",
      typed("image", `<Image><MediaId>${cdata("nope")}</MediaId></Image>`),
      /没有「nope」这个 media_id/
    ],
    ["more than 8 articles", news(9), /1 到 8 条/],
    [
      "an ArticleCount that is not the number of articles",
      typed("news", `<ArticleCount>2</ArticleCount><Articles>${article}</Articles>`),
      /ArticleCount 2, item × 1/
    ],
    ["an unknown MsgType", typed("Text", `<Content>${cdata("好")}</Content>`), /「Text」/],
    [
      "ToUserName and FromUserName not swapped",
      (received) =>
        textReply(received, "好").replace(
          /<ToUserName>.*<\/FromUserName>/,
          received.body.match(/<ToUserName>[^]*<\/FromUserName>/)?.[0] ?? ""
        ),
      /ToUserName 必须/
    ],
    [
      "the AppID as FromUserName (pitfall 37)",
      (received) => textReply(received, "好").replace("gh_0123456789ab", "wx0123456789abcdef"),
      /「wx0123456789abcdef」/
    ],
    ["]]> not split: the section ends early (pitfall 14)", text("a]]>b"), /不是一份完整的 XML/],
    ["a character that XML 1.0 forbids", text("a\u0002b"), /不是一份完整的 XML/],
    ["a text cut in mid-character (pitfall 15)", cut, /从中间切断/]
  ]
  it.live.each(refused)(
    "the fault sentence, and the reason in plain words on the wire: %s",
    ([, answer, words]) =>
      Effect.gen(function* () {
        const { last, callback } = yield* shownFor(answer)
        assert.strictEqual(last?.text, faultSentence)
        assert.match(callback?.explanation ?? "", /^回应失败：/)
        assert.match(callback?.explanation ?? "", words)
        assert.strictEqual(callback?.attempt, 1)
      }).pipe(Effect.scoped)
  )

  it.live("news: ≤ 8 items to an event; surplus to a message is dropped", () =>
    Effect.gen(function* () {
      const { platform, openid, shown } = yield* account(news(8))
      yield* platform.press(openid, "图文")
      yield* platform.say(openid, "图文")
      assert.deepStrictEqual(
        (yield* shown).slice(1).map(({ articles }) => articles.length),
        [8, 8, 1]
      )
    }).pipe(Effect.scoped)
  )
})
