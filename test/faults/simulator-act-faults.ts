import { simulated, type PlantedFault } from "./planted-fault.ts"

const messages = "protocol/2.3-messages"
const events = "protocol/2.4-events"

/** Against what a bot is told of the acts of people (protocol notes 2.3, 2.4). */
export const simulatorActFaults: ReadonlyArray<PlantedFault> = [
  simulated(
    "notes 2.3",
    "bizmsgmenuid is spelled with capitals",
    [
      "callback-body.ts",
      "`<bizmsgmenuid>${act.menuId}</bizmsgmenuid>`",
      "`<BizMsgMenuId>${act.menuId}</BizMsgMenuId>`"
    ],
    [messages, "after a msgmenu click also bizmsgmenuid"]
  ),
  simulated(
    "notes 2.3",
    "spaces around a text are taken away",
    [
      "callback-body.ts",
      "`<Content>${cdata(act.content)}</Content>`",
      "`<Content>${cdata(act.content.trim())}</Content>`"
    ],
    [messages, "text: Content"]
  ),
  simulated(
    "notes 2.3",
    "a picture has no PicUrl",
    ["callback-body.ts", "`<PicUrl>${cdata(act.picUrl)}</PicUrl>`,", ""],
    [messages, "image: PicUrl, MediaId"]
  ),
  simulated(
    "notes 2.3",
    "a voice message has no Recognition",
    ["callback-body.ts", '"<Recognition><![CDATA[]]></Recognition>"', ""],
    [messages, "voice: MediaId, Format; Recognition"]
  ),
  simulated(
    "notes 2.3",
    "a video has no ThumbMediaId",
    ["callback-body.ts", "`<ThumbMediaId>${cdata(act.thumbMediaId)}</ThumbMediaId>`,", ""],
    [messages, "video: MediaId, ThumbMediaId"]
  ),
  simulated(
    "notes 2.3",
    "a short video comes as a video",
    ["callback-body.ts", "`<MsgType>${cdata(act.kind)}</MsgType>`", '`<MsgType>${cdata("video")}</MsgType>`'],
    [messages, "shortvideo: MediaId, ThumbMediaId"]
  ),
  simulated(
    "notes 2.3",
    "Location_X is the longitude",
    [
      "callback-body.ts",
      "`<Location_X>${act.latitude}</Location_X>`",
      "`<Location_X>${act.longitude}</Location_X>`"
    ],
    [messages, "location: Location_X is the latitude"]
  ),
  simulated(
    "notes 2.3",
    "a link has no Url",
    ["callback-body.ts", "`<Url>${cdata(act.url)}</Url>`,", ""],
    [messages, "link: Title, Description, Url"]
  ),
  simulated(
    "notes 2.3",
    "an unknown kind of message has no MsgId",
    [
      "callback-body.ts",
      "[`<MsgType>${cdata(act.type)}</MsgType>`, id]",
      "[`<MsgType>${cdata(act.type)}</MsgType>`]"
    ],
    [messages, "anything else comes too, with a MsgId"]
  ),
  simulated(
    "notes 2.3",
    "a sticker comes as other words",
    ["callback-body.ts", "【收到不支持的消息类型，暂无法显示】", "【收到不支持的消息】"],
    [messages, "stickers and other unsupported kinds"]
  ),
  simulated(
    "notes 2.3",
    "CDATA is split at ]]>",
    [
      "callback-body.ts",
      "`<![CDATA[${text}]]>`",
      '`<![CDATA[${text.replaceAll("]]>", "]]]]><![CDATA[>")}]]>`'
    ],
    [messages, "CDATA as WeChat sends it"]
  ),
  simulated(
    "notes 2.3",
    "control characters are left out",
    [
      "callback-body.ts",
      "`<Content>${cdata(act.content)}</Content>`",
      '`<Content>${cdata(act.content.replaceAll("\\u001D", ""))}</Content>`'
    ],
    [messages, "CDATA as WeChat sends it"]
  ),
  simulated(
    "notes 2.4",
    "events have a MsgId",
    [
      "callback-body.ts",
      "`<Event>${cdata(act.event)}</Event>`,",
      "`<Event>${cdata(act.event)}</Event>`, id,"
    ],
    [events, "CLICK: EventKey = button key"]
  ),
  simulated(
    "notes 2.4",
    "names of events are in lower case",
    [
      "callback-body.ts",
      "`<Event>${cdata(act.event)}</Event>`",
      "`<Event>${cdata(act.event.toLowerCase())}</Event>`"
    ],
    [events, "SCAN: EventKey = scene value"]
  ),
  simulated(
    "notes 2.4",
    "a VIEW has no MenuId",
    ["act-meaning.ts", '["EventKey", act.url],\n          ["MenuId", menuId]', '["EventKey", act.url]'],
    [events, "VIEW: EventKey = url, MenuId"]
  ),
  simulated(
    "notes 2.4",
    "a SCAN has the prefix of a subscribe",
    ["follow-events.ts", "followed ? scene : ", "followed ? `qrscene_${scene}` : "],
    [events, "SCAN: EventKey = scene value without a prefix"]
  ),
  simulated(
    "notes 2.4",
    "a scan has no Ticket",
    ["follow-events.ts", ',\n    ["Ticket", ticket]', ""],
    [events, "SCAN: EventKey = scene value without a prefix"]
  ),
  simulated(
    "notes 2.4",
    "who follows by a code is not told apart from who follows",
    ["follow-events.ts", "`qrscene_${scene}`", '""'],
    [events, "subscribe: EventKey absent, present and empty"]
  ),
  simulated(
    "notes 2.4",
    "a subscribe always has an EventKey",
    ["follow-events.ts", "eventKey === null ? [] : ", ""],
    [events, "subscribe: EventKey absent, present and empty"]
  ),
  simulated(
    "notes 2.4",
    "an unsubscribe is answered",
    ["platform.ts", "if (book.phone(openid)?.following !== true) return Effect.void\n    switch", "switch"],
    [events, "unsubscribe cannot be replied to, nor a VIEW"]
  ),
  simulated(
    "notes 2.4",
    "a VIEW is answered",
    [
      "act-meaning.ts",
      '["EventKey", act.url],\n          ["MenuId", menuId]\n        ]),\n        answerable: false',
      '["EventKey", act.url],\n          ["MenuId", menuId]\n        ])'
    ],
    [events, "unsubscribe cannot be replied to, nor a VIEW"]
  ),
  simulated(
    "notes 2.4",
    "the picture that a button asked for does not follow",
    ["act-meaning.ts", ', afterwards: chosen.map(() => ({ act: "image" }))', ""],
    [events, "pic_sysphoto and its sisters"]
  ),
  simulated(
    "notes 2.4",
    "a picture's event has no list",
    ["act-meaning.ts", '["PicList", list]', '["PicList", []]'],
    [events, "pic_sysphoto and its sisters"]
  ),
  simulated(
    "notes 2.4",
    "the place that a button asked for does not follow",
    ["act-meaning.ts", ', afterwards: [{ act: "location", ...campus }]', ""],
    [events, "location_select: SendLocationInfo"]
  ),
  simulated(
    "notes 2.4",
    "a scanned code's event does not say what the code said",
    ["act-meaning.ts", '["ScanResult", scanned]', '["ScanResult", ""]'],
    [events, "scancode_push: EventKey, ScanCodeInfo"]
  ),
  simulated(
    "notes 2.4",
    "who does not follow can talk to the account",
    ["platform.ts", "if (!following) return yield* new PhoneNotFollowing()\n", ""],
    [events, "unsubscribe cannot be replied to, nor a VIEW"]
  )
]
