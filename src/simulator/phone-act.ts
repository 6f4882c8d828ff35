/** What the owner of a phone does: by hand on the page, or from a scenario file. */
import { Schema } from "effect"

/** Far more than WeChat's own client takes, so that a service meets its limits. */
const maxTextCharacters = 20_000
const text = Schema.NonEmptyString.check(Schema.isMaxLength(maxTextCharacters))
const degrees = Schema.Finite.check(Schema.isBetween({ minimum: -180, maximum: 180 }))
const elementName = Schema.String.check(Schema.isPattern(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/))
const digits = Schema.String.check(Schema.isPattern(/^\d{1,20}$/))

/** WeChat lets people choose nine at once. */
const mostPictures = 9

/** The menu buttons that tell the account what was pressed; the ones for codes, pictures and places ask the phone first. */
export const PressType = Schema.Literals([
  "click",
  "scancode_push",
  "scancode_waitmsg",
  "pic_sysphoto",
  "pic_photo_or_album",
  "pic_weixin",
  "location_select"
])
export type PressType = typeof PressType.Type

/**
 * `say` types a text; with `menuId` it clicks that item of a message menu, with `article` it answers an article ·
 * `press` a menu button, of type `click` when `type` is left out; `scanned` is what a code says, `pictures`
 * how many are chosen · `view` a button that opens
 * `url` · `miniprogram` one that opens a page of a mini program · `image`, `voice`, `video` send a thing that was uploaded as
 * `mediaId`, else one of ours · `position` is what a phone reports of itself · `scan` a parametric QR · `follow` the account;
 * `eventKey` null leaves the element out · `other` sends a kind of message that nobody documented · `event` makes WeChat tell
 * any event with these fields.
 */
export const PhoneAct = Schema.Union([
  Schema.Struct({
    act: Schema.Literal("say"),
    text,
    menuId: Schema.optionalKey(Schema.String),
    article: Schema.optionalKey(Schema.Struct({ dataId: digits, index: Schema.Int }))
  }),
  Schema.Struct({
    act: Schema.Literal("press"),
    key: Schema.String,
    type: Schema.optionalKey(PressType),
    scanned: Schema.optionalKey(Schema.String),
    pictures: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: mostPictures })))
  }),
  Schema.Struct({ act: Schema.Literal("view"), url: Schema.String }),
  Schema.Struct({ act: Schema.Literal("miniprogram"), page: Schema.String }),
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
  Schema.Struct({ act: Schema.Literal("other"), type: elementName }),
  Schema.Struct({
    act: Schema.Literal("event"),
    event: elementName,
    fields: Schema.optionalKey(Schema.Record(elementName, Schema.String))
  }),
  Schema.Struct({
    act: Schema.Literal("follow"),
    eventKey: Schema.optionalKey(Schema.NullOr(Schema.String))
  }),
  Schema.Struct({ act: Schema.Literal("unfollow") })
])
export type PhoneAct = typeof PhoneAct.Type

export const actNames: ReadonlyArray<PhoneAct["act"]> = PhoneAct.members.flatMap(({ fields }) =>
  "literals" in fields.act ? [...fields.act.literals] : [fields.act.literal]
)

/** The acts of a follower; following and leaving are the platform's own business. */
export type FollowersAct = Exclude<PhoneAct, { readonly act: "follow" | "unfollow" | "scan" }>
