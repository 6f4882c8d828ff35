/** What came in from WeChat, as data (protocol notes 2): one tagged union, read from XML by a pure and total function. */
import { hash } from "node:crypto"
import { Option, Result, Schema } from "effect"
import { isOpenid, Openid } from "../core/openid.ts"
import { readFields } from "./json.ts"
import type { XmlFields } from "./xml.ts"

/** Every message: `to` is our account's original id (`gh_…`), `from` the user. */
const common = { to: Schema.String, from: Openid, createTimeSeconds: Schema.Natural }

/** A plain message has an id (a 64-bit number, kept as text: pitfall 17); WeChat has been seen to leave it out. */
const plain = { ...common, msgId: Schema.optionalKey(Schema.String) }

export const Incoming = Schema.TaggedUnion({
  /** `content` is word for word. `menuItemId` (WeChat's `bizmsgmenuid`) when the text came from a tap on one of our links. */
  Text: { ...plain, content: Schema.String, menuItemId: Schema.optionalKey(Schema.String) },
  Image: { ...plain, mediaId: Schema.String },
  Voice: { ...plain, mediaId: Schema.String },
  /** Also `shortvideo`. */
  Video: { ...plain, mediaId: Schema.String, thumbMediaId: Schema.String },
  /** Degrees; the label may be empty. */
  Location: { ...plain, latitude: Schema.Finite, longitude: Schema.Finite, label: Schema.String },
  Link: { ...plain, title: Schema.String, description: Schema.String, url: Schema.String },
  /** A sticker, GIF or anything else that WeChat shows us as a fixed sentence (pitfall 29). */
  Sticker: plain,
  UnknownKind: { ...plain, msgType: Schema.String },
  /** `scene`: which of our QR codes the follower scanned, if any. */
  Followed: { ...common, scene: Schema.optionalKey(Schema.String) },
  Unfollowed: common,
  Scanned: { ...common, scene: Schema.String },
  Clicked: { ...common, key: Schema.String },
  /** `event` is in lower case; `key` is WeChat's EventKey or `""`. */
  OtherEvent: { ...common, event: Schema.String, key: Schema.String }
})

export type Incoming = typeof Incoming.Type

/** The body is no message of a user: why, in words that hold nothing of its content. */
export class NotAMessage extends Schema.TaggedError<NotAMessage>()("NotAMessage", {
  problem: Schema.Literals(["not xml", "a field is missing", "a field occurs twice", "a field is malformed"]),
  field: Schema.optionalKey(Schema.String)
}) {
  override get message() {
    return `Not a message of WeChat: ${this.problem}${this.field === undefined ? "" : ` (${this.field})`}`
  }
}

/** Pure and total. Rules: contract, "Details"; protocol notes 2.1 to 2.4 and pitfalls 13 to 22, 28, 29, 38 to 41. */
export const readMessage = (xml: string): Result.Result<Incoming, NotAMessage> =>
  Result.flatMap(
    Result.mapError(readFields(xml), () => new NotAMessage({ problem: "not xml" })),
    (fields) => {
      const problem = headerProblem(fields) ?? repeatedField(fields)
      return problem === undefined ? read(fields) : Result.fail(problem)
    }
  )

/**
 * What is the same for every attempt to deliver one message, and for nothing else: 64 hex digits. MsgId alone collides between users, and
 * sender and second alone drop distinct events (pitfalls 2 and 3).
 */
export const duplicateKey = (incoming: Incoming): string =>
  hash("sha256", JSON.stringify([incoming.from, incoming.createTimeSeconds, ...identity(incoming)]), "hex")

const identity = (incoming: Incoming): ReadonlyArray<unknown> => {
  if ("msgId" in incoming && incoming.msgId !== undefined) return ["id", incoming.msgId]
  const { to: _to, from: _from, createTimeSeconds: _seconds, ...content } = incoming
  return Object.entries(content).sort(([a], [b]) => (a < b ? -1 : 1))
}

/** The two sentences that stand in for what WeChat does not pass on (notes 2.3). */
const stickerSentences: ReadonlySet<string> = new Set([
  "【收到不支持的消息类型，暂无法显示】",
  "[Unsupported Message]"
])

/** Ours is `gh_` and 12 digits; more than this is not an account's name, and it goes into every reply. */
const accountIdPattern = /^[A-Za-z0-9_-]{1,64}$/
/** Seconds, up to the year 33658: anything longer is not a time. */
const secondsPattern = /^\d{1,12}$/
const msgTypePattern = /^[\w-]{1,64}$/

const headerChecks = {
  ToUserName: (value: string) => accountIdPattern.test(value),
  FromUserName: isOpenid,
  CreateTime: (value: string) => secondsPattern.test(value),
  MsgType: (value: string) => msgTypePattern.test(value)
} as const

type Header = keyof typeof headerChecks
const everyHeaderCheck = Object.entries(headerChecks)

/** Every element that is read below: if one occurs twice, somebody wrote a field into a field. */
const otherNames = [
  "MsgId",
  "MsgID",
  "Content",
  "bizmsgmenuid",
  "MediaId",
  "ThumbMediaId",
  "Location_X",
  "Location_Y",
  "Label",
  "Title",
  "Description",
  "Url",
  "Event",
  "EventKey"
] as const

const missing = (field: string) => new NotAMessage({ problem: "a field is missing", field })
const malformed = (field: string) => new NotAMessage({ problem: "a field is malformed", field })

/** The header counts only if it stands before the content: after the content a user could have written it (pitfall 41). */
const headerProblem = ({ head, repeated }: XmlFields): NotAMessage | undefined => {
  for (const [field, isWellFormed] of everyHeaderCheck) {
    if (repeated.has(field)) return new NotAMessage({ problem: "a field occurs twice", field })
    const value = head.get(field)
    if (value === undefined) return missing(field)
    if (!isWellFormed(value)) return malformed(field)
  }
  return undefined
}

const repeatedField = ({ repeated }: XmlFields): NotAMessage | undefined => {
  const field = otherNames.find((name) => repeated.has(name))
  return field === undefined ? undefined : new NotAMessage({ problem: "a field occurs twice", field })
}

const read = (fields: XmlFields): Result.Result<Incoming, NotAMessage> => {
  const header = (name: Header): string => fields.head.get(name) ?? ""
  const field = (name: (typeof otherNames)[number]): string | undefined =>
    fields.head.get(name) ?? fields.tail.get(name)
  const from = header("FromUserName")
  if (!isOpenid(from)) return Result.fail(malformed("FromUserName"))
  const about = { to: header("ToUserName"), from, createTimeSeconds: Number(header("CreateTime")) }
  const msgType = header("MsgType").toLowerCase()
  if (msgType === "event") return readEvent(about, field("Event"), field("EventKey") ?? "")
  const id = field("MsgId") ?? field("MsgID")
  const plain = id === undefined || id === "" ? about : { ...about, msgId: id }
  switch (msgType) {
    case "text": {
      if (Option.isNone(fields.content)) return Result.fail(missing("Content"))
      const content = fields.content.value
      if (stickerSentences.has(content)) return Result.succeed({ _tag: "Sticker", ...plain })
      const menuItemId = field("bizmsgmenuid")
      const text = { _tag: "Text", ...plain, content } as const
      return Result.succeed(menuItemId === undefined ? text : { ...text, menuItemId })
    }
    case "image":
    case "voice": {
      const mediaId = field("MediaId")
      if (mediaId === undefined || mediaId === "") return Result.fail(missing("MediaId"))
      return Result.succeed({ _tag: msgType === "image" ? "Image" : "Voice", ...plain, mediaId })
    }
    case "video":
    case "shortvideo": {
      const mediaId = field("MediaId")
      if (mediaId === undefined || mediaId === "") return Result.fail(missing("MediaId"))
      return Result.succeed({ _tag: "Video", ...plain, mediaId, thumbMediaId: field("ThumbMediaId") ?? "" })
    }
    case "location": {
      const latitude = degrees(field("Location_X"))
      const longitude = degrees(field("Location_Y"))
      if (latitude === undefined) return Result.fail(malformed("Location_X"))
      if (longitude === undefined) return Result.fail(malformed("Location_Y"))
      return Result.succeed({ _tag: "Location", ...plain, latitude, longitude, label: field("Label") ?? "" })
    }
    case "link": {
      const [title, description, url] = [field("Title") ?? "", field("Description") ?? "", field("Url") ?? ""]
      return Result.succeed({ _tag: "Link", ...plain, title, description, url })
    }
    default:
      return Result.succeed({ _tag: "UnknownKind", ...plain, msgType })
  }
}

type About = Pick<Incoming, "to" | "from" | "createTimeSeconds">

/** Names of events come in either case (pitfall 28); only `qrscene_` before a follower's key means a scene (pitfall 21). */
const readEvent = (
  about: About,
  event: string | undefined,
  key: string
): Result.Result<Incoming, NotAMessage> => {
  if (event === undefined || event === "") return Result.fail(missing("Event"))
  switch (event.toLowerCase()) {
    case "subscribe": {
      const scene = key.startsWith(scenePrefix) ? { scene: key.slice(scenePrefix.length) } : {}
      return Result.succeed({ _tag: "Followed", ...about, ...scene })
    }
    case "unsubscribe":
      return Result.succeed({ _tag: "Unfollowed", ...about })
    case "scan":
      return Result.succeed({ _tag: "Scanned", ...about, scene: key })
    case "click":
      return Result.succeed({ _tag: "Clicked", ...about, key })
    default:
      return Result.succeed({ _tag: "OtherEvent", ...about, event: event.toLowerCase(), key })
  }
}

const scenePrefix = "qrscene_"

/** Near the equator and the meridian of Greenwich a number may come as programs write small ones: `-5.0E-4`. */
const degreesPattern = /^-?\d{1,3}(?:\.\d{1,20})?(?:[eE]-\d{1,2})?$/

const degrees = (text: string | undefined): number | undefined =>
  text !== undefined && degreesPattern.test(text) ? Number(text) : undefined
