/** What a follower's act means to WeChat: what it tells the account, which window it opens, and what the phone shows of it. */
import type { Trigger } from "./allowance.ts"
import { unsupportedKindText, type EventField, type UserAct } from "./callback-body.ts"
import type { FollowersAct, PressType } from "./phone-act.ts"
import { mediaContent, textContent, type BubbleContent } from "./phone.ts"

export interface Doing {
  /** Which window for pushes it opens, if any (protocol notes 6.1). */
  readonly trigger: Trigger | undefined
  /** What the phone shows of it at once. */
  readonly own: BubbleContent | undefined
  readonly tells: UserAct
  /** Whether what the account answers is shown; a click that opens a page is not answered (notes 2.4). */
  readonly answerable: boolean
  /** What happens next by itself: the pictures or the place that a menu button asked for. */
  readonly afterwards?: ReadonlyArray<FollowersAct>
}

/** What an act needs from the platform. */
export interface ActContext {
  /** The id of the thing that is sent, if there is one. */
  readonly mediaId: string
  readonly picUrl: string
  /** The number of the menu in force. */
  readonly menuId: number
}

/** Where the phones say they are. */
const campus = { latitude: 31.888, longitude: 118.816, label: "东南大学九龙湖校区" } as const

export const doingOf = (act: FollowersAct, { mediaId, picUrl, menuId }: ActContext): Doing => {
  switch (act.act) {
    case "say":
      return {
        trigger: act.menuId === undefined ? "message" : "click",
        own: textContent(act.text),
        tells: {
          kind: "text",
          content: act.text,
          ...(act.menuId === undefined ? {} : { menuId: act.menuId }),
          ...(act.article === undefined ? {} : { article: act.article })
        },
        answerable: true
      }
    case "press":
      return pressed(
        act.type ?? "click",
        act.key,
        act.scanned ?? "https://example.edu/code",
        act.pictures ?? 1
      )
    case "view":
      return {
        ...happened("VIEW", [
          ["EventKey", act.url],
          ["MenuId", menuId]
        ]),
        answerable: false
      }
    case "miniprogram":
      return {
        ...happened("view_miniprogram", [
          ["EventKey", act.page],
          ["MenuId", menuId]
        ]),
        answerable: false
      }
    case "image":
      return sent(mediaContent("image", mediaId, ""), { kind: "image", picUrl, mediaId })
    case "voice":
      return sent(mediaContent("voice", mediaId, ""), { kind: "voice", mediaId })
    case "video":
    case "shortvideo":
      return sent(mediaContent("video", mediaId, ""), { kind: act.act, mediaId, thumbMediaId: mediaId })
    case "sticker":
      return sent(mediaContent("sticker", "", ""), { kind: "text", content: unsupportedKindText })
    case "other":
      return sent(textContent(`［${act.type}］`), { kind: "other", type: act.type })
    case "location":
      return sent(textContent(`［位置］${act.label}`), {
        kind: "location",
        latitude: act.latitude,
        longitude: act.longitude,
        label: act.label
      })
    case "link":
      return sent(
        {
          ...textContent(""),
          kind: "news",
          articles: [{ title: act.title, description: act.description, url: act.url }]
        },
        { kind: "link", title: act.title, description: act.description, url: act.url }
      )
    case "position":
      return happened("LOCATION", [
        ["Latitude", act.latitude],
        ["Longitude", act.longitude],
        ["Precision", "30.000000"]
      ])
    case "event":
      return happened(act.event, Object.entries(act.fields ?? {}))
  }
}

/** A click, or one of the buttons that ask the phone for something (notes 2.4, 6.1). */
const pressed = (type: PressType, key: string, scanned: string, pictures: number): Doing => {
  const keyField: EventField = ["EventKey", key]
  switch (type) {
    case "click":
      return { ...happened("CLICK", [keyField]), trigger: "click" }
    case "scancode_push":
    case "scancode_waitmsg": {
      const info: EventField = [
        "ScanCodeInfo",
        [
          ["ScanType", "qrcode"],
          ["ScanResult", scanned]
        ]
      ]
      return { ...happened(type, [keyField, info]), trigger: "click" }
    }
    case "location_select": {
      const info: EventField = [
        "SendLocationInfo",
        [
          ["Location_X", String(campus.latitude)],
          ["Location_Y", String(campus.longitude)],
          ["Scale", "15"],
          ["Label", campus.label],
          ["Poiname", ""]
        ]
      ]
      return { ...happened(type, [keyField, info]), afterwards: [{ act: "location", ...campus }] }
    }
    default: {
      const chosen = Array.from({ length: pictures }, (_, at) => at)
      const list = chosen.map((at): EventField => [
        "item",
        [["PicMd5Sum", `5a75aaca956d97be686719218f275c6${at}`]]
      ])
      const info: EventField = [
        "SendPicsInfo",
        [
          ["Count", pictures],
          ["PicList", list]
        ]
      ]
      return { ...happened(type, [keyField, info]), afterwards: chosen.map(() => ({ act: "image" })) }
    }
  }
}

const happened = (event: string, fields: ReadonlyArray<EventField>): Doing => ({
  trigger: undefined,
  own: undefined,
  tells: { kind: "event", event, fields },
  answerable: true
})

const sent = (own: BubbleContent, tells: UserAct): Doing => ({
  trigger: "message",
  own,
  tells,
  answerable: true
})
