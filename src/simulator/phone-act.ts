/** What the owner of a phone does: by hand on the page, or from a scenario file. */
import { Schema } from "effect"
import type { Trigger } from "./allowance.ts"
import { unsupportedKindText, type UserAct } from "./callback-body.ts"
import { mediaContent, textContent, type BubbleContent } from "./phone.ts"

/** Far over what WeChat's own client takes, so that a service's limits are met. */
const maxTextCharacters = 20_000
const text = Schema.NonEmptyString.check(Schema.isMaxLength(maxTextCharacters))
const degrees = Schema.Finite.check(Schema.isBetween({ minimum: -180, maximum: 180 }))

/**
 * `say` types a text; with `menuId` it clicks that item of a message menu · `press` a menu button of type `click` · `view` one
 * that opens `url` · `image`, `voice`, `video` send a thing that was uploaded as `mediaId`, else one of ours · `position` is what
 * a phone reports of itself · `scan` a parametric QR · `follow` and `unfollow` the account.
 */
export const PhoneAct = Schema.Union([
  Schema.Struct({ act: Schema.Literal("say"), text, menuId: Schema.optionalKey(Schema.String) }),
  Schema.Struct({ act: Schema.Literal("press"), key: Schema.String }),
  Schema.Struct({ act: Schema.Literal("view"), url: Schema.String }),
  Schema.Struct({
    act: Schema.Literals(["image", "voice", "video", "shortvideo"]),
    mediaId: Schema.optionalKey(Schema.String)
  }),
  Schema.Struct({
    act: Schema.Literal("location"),
    latitude: degrees,
    longitude: degrees,
    label: Schema.String
  }),
  Schema.Struct({ act: Schema.Literal("link"), title: text, description: Schema.String, url: text }),
  Schema.Struct({ act: Schema.Literal("scan"), scene: text }),
  Schema.Struct({ act: Schema.Literal("position"), latitude: degrees, longitude: degrees }),
  Schema.Struct({ act: Schema.Literal("sticker") }),
  Schema.Struct({ act: Schema.Literal("follow") }),
  Schema.Struct({ act: Schema.Literal("unfollow") })
])
export type PhoneAct = typeof PhoneAct.Type

/** The acts of a follower; following and leaving are the platform's own business. */
export type FollowersAct = Exclude<PhoneAct, { readonly act: "follow" | "unfollow" | "scan" }>

/** What such an act is to WeChat. */
export interface Doing {
  /** Whether and how it opens the account's window for pushes (protocol notes 6.1). */
  readonly trigger: Trigger | undefined
  /** What the phone shows of it at once. */
  readonly own: BubbleContent | undefined
  readonly tells: UserAct
}

/** `mediaId` and `picUrl`: of the thing that is sent, where one is. */
export const doingOf = (act: FollowersAct, mediaId: string, picUrl: string): Doing => {
  switch (act.act) {
    case "say":
      return {
        trigger: act.menuId === undefined ? "message" : "click",
        own: textContent(act.text),
        tells: {
          kind: "text",
          content: act.text,
          ...(act.menuId === undefined ? {} : { menuId: act.menuId })
        }
      }
    case "press":
      return { trigger: "click", own: undefined, tells: { kind: "event", event: "CLICK", key: act.key } }
    case "view":
      return { trigger: undefined, own: undefined, tells: { kind: "event", event: "VIEW", key: act.url } }
    case "image":
      return sent(mediaContent("image", mediaId, ""), { kind: "image", picUrl, mediaId })
    case "voice":
      return sent(mediaContent("voice", mediaId, ""), { kind: "voice", mediaId })
    case "video":
    case "shortvideo":
      return sent(mediaContent("video", mediaId, ""), { kind: act.act, mediaId, thumbMediaId: mediaId })
    case "sticker":
      return sent(mediaContent("sticker", "", ""), { kind: "text", content: unsupportedKindText })
    case "location":
      return sent(textContent(`📍 ${act.label}`), {
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
      return {
        trigger: undefined,
        own: undefined,
        tells: { kind: "position", latitude: act.latitude, longitude: act.longitude }
      }
  }
}

const sent = (own: BubbleContent, tells: UserAct): Doing => ({ trigger: "message", own, tells })
