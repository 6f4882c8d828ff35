import { element } from "./element.js"

/** One line of a conversation; `sendMenuItem(text, id)` answers clicks in a message menu. */
export const bubbleView = (bubble, owner, sendMenuItem) => {
  if (bubble.side === "system") return element("p", { class: "line" }, bubble.text)
  const own = bubble.side === "own"
  return element(
    "div",
    { class: own ? "row own" : "row", "data-by": bubble.by },
    own ? ownAvatar(owner) : accountAvatar(),
    content(bubble, sendMenuItem)
  )
}

const accountAvatar = () =>
  element("img", { class: "avatar", src: "/simulator/icon.svg", alt: "小猴", width: "36", height: "36" })

const ownAvatar = (owner) => {
  const avatar = element("span", { class: "avatar", "aria-hidden": "true" }, owner.letter)
  avatar.style.setProperty("--avatar", `hsl(${(owner.number * 137 + 70) % 360} 42% 52%)`)
  return avatar
}

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
    case "news":
      return element("div", { class: "bubble" }, ...bubble.articles.map(article))
    default: {
      const linked = bubble.side === "account" ? linkedText(bubble.text, sendMenuItem) : [bubble.text]
      return element("div", { class: "bubble" }, ...linked)
    }
  }
}

const sticker = () => element("img", { src: "/simulator/icon.svg", alt: "表情", width: "96", height: "96" })

const article = ({ title, description, url }) => {
  const address = webAddress(url)
  const head = address === undefined ? title : outsideLink(address, title)
  return element("div", {}, head, description === "" ? "" : `\n${description}`)
}

/** Texts of an account may hold links; only http, https and message-menu items become one, all else stays text. */
const linkedText = (text, sendMenuItem) => {
  const parts = []
  let end = 0
  for (const match of text.matchAll(/<a\s([^<>]*)>([\s\S]*?)<\/a>/gi)) {
    const link = linkFor(hrefOf(match[1]), match[2], sendMenuItem)
    if (link === undefined) continue
    parts.push(text.slice(end, match.index), link)
    end = match.index + match[0].length
  }
  parts.push(text.slice(end))
  return parts
}

const hrefOf = (attributes) => {
  const match = /(?:^|\s)href\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(attributes)
  return (match?.[1] ?? match?.[2] ?? "").replaceAll("&amp;", "&")
}

const linkFor = (href, label, sendMenuItem) => {
  const item = menuItem(href)
  if (item !== undefined) {
    const send = () => sendMenuItem(item.text, item.id)
    return element("button", { type: "button", class: "link", onclick: send }, label)
  }
  const address = webAddress(href)
  return address === undefined ? undefined : outsideLink(address, label)
}

const outsideLink = (address, label) =>
  element("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, label)

const webAddress = (href) => {
  const url = URL.parse(href)
  return url !== null && (url.protocol === "http:" || url.protocol === "https:") ? url.href : undefined
}

const menuItem = (href) => {
  if (!/^weixin:\/\/bizmsgmenu\?/i.test(href)) return undefined
  const query = new URLSearchParams(href.slice(href.indexOf("?") + 1))
  const text = query.get("msgmenucontent")
  return text === null ? undefined : { text, id: query.get("msgmenuid") ?? "" }
}

const mediaAddress = (mediaId) => `/simulator/media/${encodeURIComponent(mediaId)}`

/** The thing itself while WeChat has it, else a drawing. */
const photo = (mediaId) => {
  const image = element("img", { src: mediaAddress(mediaId), alt: "图片", width: "150", height: "112" })
  image.addEventListener("error", () => image.replaceWith(picture(mediaId, "图片")), { once: true })
  return image
}

const sound = (mediaId) => {
  const button = element("button", { type: "button", class: "link" }, "▶ 语音")
  button.addEventListener("click", () => {
    void new Audio(mediaAddress(mediaId)).play().catch(() => {
      button.textContent = "▶ 语音（放不出来）"
    })
  })
  return button
}

const mediaLink = (mediaId, label) =>
  element("a", { href: mediaAddress(mediaId), target: "_blank", rel: "noopener noreferrer" }, label)

/** A landscape drawn from the media id: the same id looks the same on every phone. */
const picture = (mediaId, label) => {
  let seed = 7
  for (const character of mediaId) seed = (seed * 31 + character.codePointAt(0)) % 100_003
  const hue = seed % 360
  const shapes = [
    ["rect", { width: 150, height: 110, fill: `hsl(${hue} 60% 78%)` }],
    ["circle", { cx: 30 + (seed % 90), cy: 32, r: 15, fill: `hsl(${(hue + 40) % 360} 90% 66%)` }],
    [
      "path",
      { d: `M0 84 L${36 + (seed % 30)} 42 L92 90 L118 62 L150 88 V110 H0Z`, fill: `hsl(${hue} 34% 44%)` }
    ]
  ]
  const svg = svgElement("svg", { width: 150, height: 110, role: "img", "aria-label": label })
  svg.append(...shapes.map(([tag, attributes]) => svgElement(tag, attributes)))
  return svg
}

const svgElement = (tag, attributes) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag)
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value)
  return node
}
