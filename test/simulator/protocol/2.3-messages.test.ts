import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { PhoneAct } from "../../../src/simulator/phone-act.ts"
import { elementText } from "../tiny-bot.ts"
import { told } from "./account.ts"

describe("protocol notes 2.3, message types", () => {
  const position = { latitude: 31.888, longitude: 118.816 }
  const types: ReadonlyArray<readonly [string, PhoneAct, { readonly [name: string]: RegExp }]> = [
    ["text: Content", { act: "say", text: " 两边 " }, { MsgType: /^text$/, Content: /^ 两边 $/ }],
    [
      "after a msgmenu click also bizmsgmenuid",
      { act: "say", text: "好", menuId: "7" },
      { bizmsgmenuid: /^7$/ }
    ],
    [
      "image: PicUrl, MediaId",
      { act: "image" },
      { MsgType: /^image$/, PicUrl: /^http/, MediaId: /^[\w-]+$/ }
    ],
    [
      "voice: MediaId, Format; Recognition arrives as an empty element",
      { act: "voice" },
      { MsgType: /^voice$/, MediaId: /^[\w-]+$/, Format: /^amr$/, Recognition: /^$/ }
    ],
    [
      "video: MediaId, ThumbMediaId",
      { act: "video" },
      { MsgType: /^video$/, MediaId: /./, ThumbMediaId: /./ }
    ],
    [
      "shortvideo: MediaId, ThumbMediaId",
      { act: "shortvideo" },
      { MsgType: /^shortvideo$/, ThumbMediaId: /./ }
    ],
    [
      "location: Location_X is the latitude, Location_Y the longitude, Scale, Label",
      { act: "location", ...position, label: "图书馆" },
      {
        MsgType: /^location$/,
        Location_X: /^31\.888$/,
        Location_Y: /^118\.816$/,
        Scale: /^\d+$/,
        Label: /^图书馆$/
      }
    ],
    [
      "link: Title, Description, Url",
      { act: "link", title: "题", description: "说明", url: "https://example.edu/" },
      { MsgType: /^link$/, Title: /^题$/, Description: /^说明$/, Url: /^https:/ }
    ],
    [
      "anything else comes too, with a MsgId",
      { act: "other", type: "miniprogrampage" },
      { MsgType: /^miniprogrampage$/, MsgId: /^\d{19}$/ }
    ],
    [
      "stickers and other unsupported kinds arrive as text with a fixed sentence",
      { act: "sticker" },
      { MsgType: /^text$/, Content: /^【收到不支持的消息类型，暂无法显示】$/ }
    ]
  ]
  it.live.each(types)("%s", ([, act, expected]) =>
    Effect.gen(function* () {
      const [body] = yield* told(act)
      for (const [name, pattern] of Object.entries(expected)) {
        const text = elementText(body ?? "", name)
        assert.isDefined(text, name)
        assert.match(text ?? "", pattern, name)
      }
    }).pipe(Effect.scoped)
  )

  it.live(
    "CDATA as WeChat sends it: ]]> is not split, control characters and 4-byte emoji stay (pitfalls 13, 14, 40, 41)",
    () =>
      Effect.gen(function* () {
        const text = "a]]>b \u001D &amp; 😀 /::) ]]></Content><FromUserName><![CDATA[oVictim"
        const [body] = yield* told({ act: "say", text })
        assert.include(body, `<Content><![CDATA[${text}]]></Content>`)
      }).pipe(Effect.scoped)
  )
})
