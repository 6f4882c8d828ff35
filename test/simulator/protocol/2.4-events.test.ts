import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { PhoneAct } from "../../../src/simulator/phone-act.ts"
import { elementText, textReply } from "../tiny-bot.ts"
import { account, fields, told } from "./account.ts"

describe("protocol notes 2.4, events", () => {
  const events: ReadonlyArray<
    readonly [string, PhoneAct, string, { readonly [name: string]: RegExp | undefined }]
  > = [
    ["CLICK: EventKey = button key", { act: "press", key: "配对" }, "CLICK", { EventKey: /^配对$/ }],
    [
      "VIEW: EventKey = url, MenuId",
      { act: "view", url: "https://example.edu/?a=1" },
      "VIEW",
      { EventKey: /^https:\/\/example\.edu\/\?a=1$/, MenuId: /^\d+$/ }
    ],
    [
      "view_miniprogram: EventKey = path, MenuId",
      { act: "miniprogram", page: "pages/a" },
      "view_miniprogram",
      { EventKey: /^pages\/a$/, MenuId: /^\d+$/ }
    ],
    [
      "scancode_push: EventKey, ScanCodeInfo{ScanType,ScanResult}",
      { act: "press", key: "s", type: "scancode_push", scanned: "内容" },
      "scancode_push",
      { EventKey: /^s$/, ScanType: /^qrcode$/, ScanResult: /^内容$/ }
    ],
    [
      "scancode_waitmsg: the same",
      { act: "press", key: "s", type: "scancode_waitmsg" },
      "scancode_waitmsg",
      { ScanResult: /./ }
    ],
    [
      "LOCATION: Latitude, Longitude, Precision",
      { act: "position", latitude: 31.8, longitude: 118.8 },
      "LOCATION",
      { Latitude: /^31\.8$/, Longitude: /^118\.8$/, Precision: /^30/ }
    ],
    [
      "SCAN: EventKey = scene value without a prefix, Ticket",
      { act: "scan", scene: "poster" },
      "SCAN",
      { EventKey: /^poster$/, Ticket: /^[\w-]{96}$/ }
    ],
    [
      "TEMPLATESENDJOBFINISH: MsgID with a capital D, Status",
      {
        act: "event",
        event: "TEMPLATESENDJOBFINISH",
        fields: { MsgID: "200163836", Status: "failed:user block" }
      },
      "TEMPLATESENDJOBFINISH",
      { MsgID: /^200163836$/, Status: /^failed:user block$/, MsgId: undefined }
    ],
    [
      "kf_create_session and whatever else there may be",
      { act: "event", event: "kf_create_session", fields: { KfAccount: "a@b" } },
      "kf_create_session",
      { KfAccount: /^a@b$/ }
    ],
    ["unsubscribe: nothing more", { act: "unfollow" }, "unsubscribe", { EventKey: /^$/ }]
  ]
  it.live.each(events)("%s; no MsgId", ([, act, event, expected]) =>
    Effect.gen(function* () {
      const [body = ""] = yield* told(act)
      assert.deepStrictEqual(fields(body, "MsgType", "Event"), ["event", event])
      for (const [name, pattern] of Object.entries(expected)) {
        if (pattern === undefined) assert.notInclude(body, `<${name}>`)
        else {
          const text = elementText(body, name)
          assert.isDefined(text, name)
          assert.match(text ?? "", pattern, name)
        }
      }
      assert.notInclude(body, "<MsgId>")
    }).pipe(Effect.scoped)
  )

  it.live(
    "subscribe: EventKey absent, present and empty, qrscene_<scene> with Ticket, or last_trade_no_<n>",
    () =>
      Effect.gen(function* () {
        const { bot, platform, openid } = yield* account()
        assert.deepStrictEqual(fields(bot.received[0]?.body, "Event", "EventKey"), ["subscribe", ""])
        const again = Effect.fnUntraced(function* (act: PhoneAct) {
          yield* platform.act(openid, { act: "unfollow" })
          yield* platform.act(openid, act)
          return bot.received.at(-1)?.body ?? ""
        })
        assert.notInclude(yield* again({ act: "follow", eventKey: null }), "EventKey")
        const paid = yield* again({ act: "follow", eventKey: "last_trade_no_4003" })
        assert.deepStrictEqual(fields(paid, "EventKey"), ["last_trade_no_4003"])
        const scanned = yield* again({ act: "scan", scene: "7" })
        assert.deepStrictEqual(fields(scanned, "Event", "EventKey"), ["subscribe", "qrscene_7"])
        assert.match(elementText(scanned, "Ticket") ?? "", /^[\w-]{96}$/)
      }).pipe(Effect.scoped)
  )

  it.live(
    "pic_sysphoto and its sisters: SendPicsInfo, and the picture then comes as a separate image message",
    () =>
      Effect.gen(function* () {
        for (const type of ["pic_sysphoto", "pic_photo_or_album", "pic_weixin"] as const) {
          const [event = "", message = ""] = yield* told({ act: "press", key: "p", type })
          assert.deepStrictEqual(fields(event, "Event", "EventKey", "Count"), [type, "p", "1"])
          assert.match(event, /<PicList><item><PicMd5Sum>.*<\/item><\/PicList>/s)
          assert.strictEqual(elementText(message, "MsgType"), "image")
        }
      }).pipe(Effect.scoped)
  )

  it.live("pic_weixin: one item parses as object, several as array", () =>
    Effect.gen(function* () {
      const act = { act: "press", key: "p", type: "pic_weixin", pictures: 3 } as const
      const [event = "", ...messages] = yield* told(act)
      assert.strictEqual(elementText(event, "Count"), "3")
      const sums = [...event.matchAll(/<PicMd5Sum><!\[CDATA\[([0-9a-f]{32})\]\]>/g)].map(([, sum]) => sum)
      assert.strictEqual(new Set(sums).size, 3)
      assert.deepStrictEqual(
        messages.map((body) => elementText(body, "MsgType")),
        ["image", "image", "image"]
      )
    }).pipe(Effect.scoped)
  )

  it.live("location_select: SendLocationInfo, and the place then comes as a location message", () =>
    Effect.gen(function* () {
      const [event = "", message = ""] = yield* told({ act: "press", key: "l", type: "location_select" })
      assert.match(event, /<SendLocationInfo><Location_X>.*<Location_Y>.*<Scale>.*<Label>.*<Poiname>/s)
      assert.strictEqual(elementText(message, "MsgType"), "location")
    }).pipe(Effect.scoped)
  )

  it.live("unsubscribe cannot be replied to, nor a VIEW", () =>
    Effect.gen(function* () {
      const { platform, openid, shown } = yield* account((received) => textReply(received, "答"))
      yield* platform.act(openid, { act: "view", url: "https://example.edu/" })
      yield* platform.act(openid, { act: "unfollow" })
      assert.deepStrictEqual(
        (yield* shown).map(({ text }) => text),
        ["你已关注该公众号", "答", "你已取消关注"]
      )
      assert.strictEqual((yield* Effect.flip(platform.say(openid, "?")))._tag, "PhoneNotFollowing")
      assert.strictEqual((yield* Effect.flip(platform.say("oNobody", "?")))._tag, "PhoneUnknown")
      yield* platform.act(openid, { act: "follow" })
      assert.strictEqual((yield* Effect.flip(platform.act(openid, { act: "follow" })))._tag, "PhoneFollowing")
    }).pipe(Effect.scoped)
  )
})
