/** @import { Bubble } from "../phone.ts" */
/** @import { Article } from "../account-message.ts" */
import { element } from "./element.js"
import { mediaLink, photo, sound, sticker } from "./media-view.js"

/** @typedef {(text: string, id: string) => void} SendMenuItem answers a click in a message menu */

/**
 * One line of a conversation.
 * @param {Bubble} bubble
 * @param {{ number: number, letter: string }} owner
 * @param {string} accountName
 * @param {SendMenuItem} sendMenuItem
 */
export const bubbleView = (bubble, owner, accountName, sendMenuItem) => {
  if (bubble.side === "system") return element("p", { class: "line" }, bubble.text)
  const own = bubble.side === "own"
  return element(
    "div",
    { class: own ? "row own" : "row", "data-by": bubble.by, title: cameBy(bubble) },
    own ? ownAvatar(owner) : accountAvatar(accountName),
    content(bubble, sendMenuItem)
  )
}

/**
 * The time over a message that comes a while after the one before, as WeChat shows it.
 * @param {number} atMillis
 */
export const timeLine = (atMillis) => element("p", { class: "line time" }, clockTime(atMillis))

/** @param {number} atMillis */
const clockTime = (atMillis) =>
  new Date(atMillis).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false })

/** @param {Bubble} bubble */
const cameBy = ({ by, atMillis }) =>
  `${clockTime(atMillis)}${by === "reply" ? " · 被动回复" : by === "push" ? " · 客服消息（推送）" : ""}`

/** @param {string} name */
const accountAvatar = (name) =>
  element("img", { class: "avatar", src: "/simulator/icon.svg", alt: name, width: "36", height: "36" })

/** @param {{ number: number, letter: string }} owner */
const ownAvatar = (owner) => {
  const avatar = element("span", { class: "avatar", "aria-hidden": "true" }, owner.letter)
  avatar.style.setProperty("--avatar", `hsl(${(owner.number * 137 + 70) % 360} 42% 46%)`)
  return avatar
}

/**
 * @param {Bubble} bubble
 * @param {SendMenuItem} sendMenuItem
 */
const content = (bubble, sendMenuItem) => {
  switch (bubble.kind) {
    case "image":
      return element("div", { class: "bubble picture" }, photo(bubble.mediaId))
    case "sticker":
      return element("div", { class: "bubble picture" }, sticker())
    case "voice":
      return element("div", { class: "bubble" }, sound(bubble.mediaId))
    case "video":
      return element("div", { class: "bubble" }, mediaLink(bubble.mediaId, `▶ 视频 ${bubble.text}`.trim()))
    case "music":
      return element("div", { class: "bubble card" }, ...bubble.articles.map((one) => article(one, "♪ ")))
    case "news":
    case "card":
      return element("div", { class: "bubble card" }, ...bubble.articles.map((one) => article(one, "")))
    default: {
      const linked = bubble.side === "account" ? linkedText(bubble.text, sendMenuItem) : [bubble.text]
      return element("div", { class: "bubble" }, ...linked)
    }
  }
}

/**
 * @param {Article} article
 * @param {string} sign
 */
const article = ({ title, description, url }, sign) => {
  const address = webAddress(url)
  const head = `${sign}${title}`
  return element(
    "div",
    { class: "article" },
    address === undefined ? element("strong", {}, head) : outsideLink(address, head),
    ...(description === "" ? [] : [element("p", {}, description)])
  )
}

/**
 * Texts of an account may hold links; only http, https and message-menu items become one, all else stays text.
 * @param {string} text
 * @param {SendMenuItem} sendMenuItem
 */
const linkedText = (text, sendMenuItem) => {
  const parts = []
  let end = 0
  for (const match of text.matchAll(/<a\s([^<>]*)>([\s\S]*?)<\/a>/gi)) {
    const [whole, attributes = "", label = ""] = match
    const link = linkFor(hrefOf(attributes), label, sendMenuItem)
    if (link === undefined) continue
    parts.push(text.slice(end, match.index), link)
    end = match.index + whole.length
  }
  parts.push(text.slice(end))
  return parts
}

/** @param {string} attributes */
const hrefOf = (attributes) => {
  const match = /(?:^|\s)href\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(attributes)
  return (match?.[1] ?? match?.[2] ?? "").replaceAll("&amp;", "&")
}

/**
 * @param {string} href
 * @param {string} label
 * @param {SendMenuItem} sendMenuItem
 */
const linkFor = (href, label, sendMenuItem) => {
  const item = menuItem(href)
  if (item !== undefined) {
    return tappable(label, () => sendMenuItem(item.text, item.id))
  }
  const address = webAddress(href)
  return address === undefined ? undefined : outsideLink(address, label)
}

/**
 * Words to tap in the midst of a text. No button element: lines would break before and after it as around a picture.
 * @param {string} label
 * @param {() => void} tapped
 */
const tappable = (label, tapped) => {
  const words = element("span", { class: "link", role: "button", tabindex: "0", onclick: tapped }, label)
  words.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return
    event.preventDefault()
    tapped()
  })
  return words
}

/**
 * @param {string} address
 * @param {string} label
 */
const outsideLink = (address, label) =>
  element("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, label)

/** @param {string} href */
const webAddress = (href) => {
  const url = URL.parse(href)
  return url !== null && (url.protocol === "http:" || url.protocol === "https:") ? url.href : undefined
}

/** @param {string} href */
const menuItem = (href) => {
  if (!/^weixin:\/\/bizmsgmenu\?/i.test(href)) return undefined
  const query = new URLSearchParams(href.slice(href.indexOf("?") + 1))
  const text = query.get("msgmenucontent")
  return text === null || text === "" ? undefined : { text, id: query.get("msgmenuid") ?? "" }
}
