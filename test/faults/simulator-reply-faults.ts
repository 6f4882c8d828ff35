import { simulated, type PlantedFault } from "./planted-fault.ts"

const replies = "protocol/3.2-replies"
const onWire = (line: string): readonly [string, string] => [
  replies,
  `the fault sentence, and the reason in plain words on the wire: ${line}`
]

/** Against how strictly the simulated WeChat reads a reply (protocol notes 3.2). */
export const simulatorReplyFaults: ReadonlyArray<PlantedFault> = [
  simulated(
    "notes 3.2",
    "a text may have 4,096 bytes",
    ["account-message.ts", "maxTextBytes = 2048", "maxTextBytes = 4096"],
    onWire("text over 2048 bytes")
  ),
  simulated(
    "notes 3.2",
    "a text may have 2,047 bytes",
    ["account-message.ts", "maxTextBytes = 2048", "maxTextBytes = 2047"],
    [replies, "taken: text ≤ 2048 bytes UTF-8"]
  ),
  simulated(
    "notes 3.2",
    "a text is measured in characters",
    ["reply-reader.ts", "Buffer.byteLength(content)", "content.length"],
    onWire("text over 2048 bytes")
  ),
  simulated(
    "notes 3.1",
    "an empty Content passes",
    ["reply-reader.ts", 'if (content === "") return yield* refuseAnswer("Content is empty")\n', ""],
    onWire("Content empty")
  ),
  simulated(
    "notes 3.2",
    "spaces inside tags pass",
    ["reply-document.ts", "if (spoiled !== null)", "if (body === withoutCdata)"],
    onWire("a stray space inside a tag")
  ),
  simulated(
    "notes 3.2",
    "an element may stand twice",
    ["reply-document.ts", "if (fields.has(element.name))", 'if (element.name === "")'],
    onWire("an element twice")
  ),
  simulated(
    "notes 3.2",
    "any root passes",
    ["reply-document.ts", 'root === undefined || root.name !== "xml"', "root === undefined"],
    onWire("an HTML error page")
  ),
  simulated(
    "notes 3.2",
    "what stands around the document passes",
    ["reply-document.ts", "Stream.make(body)", 'Stream.make(body.slice(body.indexOf("<xml>")))'],
    onWire("HTTP headers in the body")
  ),
  simulated(
    "notes 3.2",
    "names of elements are compared without case",
    [
      "reply-document.ts",
      "const element = fields.get(name)\n  return element === undefined ? Effect.fail",
      "const element = fields.get(name) ?? fields.get(name.toLowerCase())\n  return element === undefined ? Effect.fail"
    ],
    onWire("the wrong element case")
  ),
  simulated(
    "notes 2.1",
    "a reply may be to anybody",
    ["reply-reader.ts", "if (receiver !== openid)", 'if (receiver === "")'],
    onWire("ToUserName and FromUserName not swapped")
  ),
  simulated(
    "notes 2.1",
    "a reply may be from the AppID",
    ["reply-reader.ts", "if (sender !== accountId)", 'if (sender === "")'],
    onWire("the AppID as FromUserName")
  ),
  simulated(
    "notes 3.2",
    "MsgType is compared without case",
    ["reply-reader.ts", "switch (type) {", "switch (type.toLowerCase()) {"],
    onWire("an unknown MsgType")
  ),
  simulated(
    "notes 3.2",
    "media need no wrapper",
    [
      "reply-reader.ts",
      "const inner = yield* readFields(yield* elementOf(fields, wrapper))\n  const mediaId",
      "const inner = fields.has(wrapper) ? yield* readFields(yield* elementOf(fields, wrapper)) : fields\n  const mediaId"
    ],
    onWire("media without its wrapper")
  ),
  simulated(
    "notes 3.2",
    "music needs no ThumbMediaId",
    ["reply-reader.ts", 'yield* mediaIdOf(fields, "Music", "ThumbMediaId")\n', ""],
    onWire("music without ThumbMediaId")
  ),
  simulated(
    "notes 3.2",
    "any media id passes",
    [
      "callbacks.ts",
      '"mediaId" in message && !line.knowsMedia',
      '"mediaId" in message && line.knowsMedia === undefined && !line.knowsMedia'
    ],
    onWire("a media id that is not WeChat's")
  ),
  simulated(
    "notes 3.2",
    "nine articles pass",
    ["reply-reader.ts", "const maxArticles = 8", "const maxArticles = 9"],
    onWire("more than 8 articles")
  ),
  simulated(
    "notes 3.2",
    "ArticleCount may differ from the number of articles",
    ["reply-reader.ts", " || count !== String(items.length)", ' || count === ""'],
    onWire("an ArticleCount that is not the number of articles")
  ),
  simulated(
    "notes 3.2",
    "a message may be answered with several articles",
    ["platform.ts", "const articlesToMessage = 1", "const articlesToMessage = 8"],
    [replies, "news: ≤ 8 items to an event"]
  ),
  simulated(
    "notes 3.2",
    "of the articles to an event one is shown",
    ["platform.ts", "const articlesToEvent = 8", "const articlesToEvent = 1"],
    [replies, "news: ≤ 8 items to an event"]
  ),
  simulated(
    "notes 3.2",
    "a character cut in two is mended",
    ["callbacks.ts", "isUtf8(body)\n", "Buffer.isBuffer(body)\n"],
    onWire("a text cut in mid-character")
  ),
  simulated(
    "notes 3.1",
    "a reply that cannot be read is asked for again",
    [
      "callbacks.ts",
      '  openedAnswer,\n  delivery: { _tag: "Fault", reason: problem.reason }',
      "  openedAnswer"
    ],
    onWire("JSON")
  ),
  simulated(
    "notes 3.1",
    "success with a newline passes",
    ["reply-reader.ts", 'body === "success") return silence', 'body.trim() === "success") return silence'],
    onWire("success with a newline")
  ),
  simulated(
    "notes 3.2",
    "nobody is told that a human takes over",
    [
      "platform.ts",
      'return book.show(openid, "system", "platform", textContent("已转接人工客服"))',
      "return Effect.void"
    ],
    [replies, "taken: transfer_customer_service"]
  ),
  simulated(
    "notes 3.2",
    "a video needs a title",
    [
      "reply-reader.ts",
      'return message({ kind: "video",',
      'if (title === "") return yield* refuseAnswer("element missing", "Title")\n      return message({ kind: "video",'
    ],
    [replies, "taken: video: title and description optional"]
  ),
  simulated(
    "notes 3.2",
    "CreateTime is checked",
    [
      "reply-reader.ts",
      "const sender = yield*",
      'if (Number(yield* textOf(fields, "CreateTime")) > 4e9) return yield* refuseAnswer("element missing")\n  const sender = yield*'
    ],
    [replies, "taken: CreateTime is not checked"]
  ),
  simulated(
    "notes 3.2",
    "CDATA that was split is not put together",
    [
      "reply-document.ts",
      "Stream.make(body).pipe(",
      'Stream.make(body.replaceAll("]]]]><![CDATA[>", "]] >")).pipe('
    ],
    [replies, "taken: CDATA: ]]> is split"]
  )
]
