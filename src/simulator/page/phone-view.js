/** @import { Bubble } from "../phone.ts" */
/** @import { PhoneFacts } from "../phone-book.ts" */
/** @import { Menu, MenuButton } from "../menu.ts" */
/** @import { PhoneAct } from "../phone-act.ts" */
import { makeAllowanceView } from "./allowance-view.js"
import { bubbleView, timeLine } from "./bubble-view.js"
import { actOfButton } from "./button-acts.js"
import { element } from "./element.js"
import { menuView, panelButton } from "./menu-view.js"
import { letterOf } from "./phone-name.js"
import { chooseThing } from "./thing-chooser.js"

/** Bounded like the server's history. */
const maxLines = 400
/** A message that comes this long after the one before has its time over it. */
const timeGapMillis = 180_000

/**
 * One phone; `act(body)` tells the simulator what its owner does.
 * @param {string} accountName
 * @param {PhoneFacts} first
 * @param {(body: { openid: string, does: PhoneAct }) => void} act
 */
export const makePhoneView = (accountName, first, act) => {
  const owner = { number: first.number, letter: letterOf(first.number) }
  const name = `手机${owner.letter}`
  let facts = first

  const title = element("h2", {}, accountName)
  const allowance = makeAllowanceView()
  const unread = element("span", { class: "unread", hidden: true, role: "status" })
  const log = element("div", {
    class: "log",
    role: "log",
    "aria-live": "polite",
    "aria-label": `${name}的消息`,
    tabindex: "0"
  })
  const compose = element("form", { class: "compose" })
  const menu = element("div", { class: "menu", "aria-label": "公众号菜单", role: "group" })
  const input = element("textarea", {
    rows: "1",
    autocomplete: "off",
    placeholder: "发消息",
    "aria-label": `在${name}上输入消息`,
    enterkeyhint: "send"
  })
  const sendButton = element("button", { class: "send", disabled: true }, "发送")
  const root = element(
    "section",
    { class: "phone", "aria-label": name, "data-openid": first.openid },
    element("div", { class: "phone-facts" }, element("strong", {}, name), unread, allowance.root),
    element("div", { class: "device" }, element("div", { class: "phone-title" }, title), log, compose, menu)
  )

  /** @param {PhoneAct} does */
  const send = (does) => act({ openid: facts.openid, does })
  /** @param {string} text */
  const write = (text) => {
    input.value = text
    sendButton.disabled = text === ""
  }
  const say = () => {
    if (input.value === "") return
    send({ act: "say", text: input.value })
    write("")
  }
  input.addEventListener("input", () => {
    sendButton.disabled = input.value === ""
  })
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return
    event.preventDefault()
    say()
  })
  compose.addEventListener("submit", (event) => {
    event.preventDefault()
    say()
  })

  /** @param {MenuButton} button */
  const press = (button) => {
    const does = actOfButton(button)
    if (does === undefined) {
      addLine(element("p", { class: "line" }, "这种按钮由微信直接给出素材，不通知公众号。"))
      return
    }
    if (does.act === "view") globalThis.open(does.url, "_blank", "noopener")
    send(does)
  }

  const extras = () => {
    const view = panelButton({ class: "more", "aria-label": "图片、语音、位置和关注" }, "+", [
      { name: "图片", choose: () => send({ act: "image" }) },
      { name: "从文件选…", choose: () => chooseThing(send) },
      { name: "语音", choose: () => send({ act: "voice" }) },
      { name: "视频", choose: () => send({ act: "video" }) },
      {
        name: "位置",
        choose: () =>
          send({ act: "location", latitude: 31.888, longitude: 118.816, label: "东南大学九龙湖校区" })
      },
      {
        name: "链接",
        choose: () =>
          send({ act: "link", title: "校车时刻", description: "", url: "https://example.edu/bus" })
      },
      { name: "表情", choose: () => send({ act: "sticker" }) },
      { name: "扫码", choose: () => send({ act: "scan", scene: "poster" }) },
      { name: "取消关注", choose: () => send({ act: "unfollow" }) }
    ])
    view.classList.add("extras")
    return view
  }

  const showCompose = () => {
    const follow = element(
      "button",
      { type: "button", class: "primary follow", onclick: () => send({ act: "follow" }) },
      "关注公众号"
    )
    menu.hidden = !facts.following
    compose.replaceChildren(...(facts.following ? [input, sendButton, extras()] : [follow]))
  }

  /** @param {number} nowMillis */
  const tick = (nowMillis) => {
    allowance.show(facts.allowance, facts.following, nowMillis)
    const typing = facts.typingUntilMillis > nowMillis
    title.textContent = typing ? "对方正在输入…" : accountName
    title.classList.toggle("typing", typing)
  }

  let unreadCount = 0
  /** @param {number} next */
  const showUnread = (next) => {
    unreadCount = next
    unread.hidden = next === 0
    unread.textContent = next === 0 ? "" : String(next)
    unread.setAttribute("aria-label", `${next} 条未读`)
  }
  /** A phone that somebody holds, or looks at closely, has no unread messages. */
  const isHeld = () => root.matches(":hover") || root.contains(document.activeElement)
  for (const event of ["pointerenter", "focusin"]) root.addEventListener(event, () => showUnread(0))

  /** @param {HTMLElement} line */
  const addLine = (line) => {
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80
    log.append(line)
    while (log.childElementCount > maxLines) log.firstElementChild?.remove()
    if (atEnd || line.classList.contains("own")) log.scrollTop = log.scrollHeight
  }

  let lastAtMillis = 0
  /** @param {Bubble} bubble */
  const addBubble = (bubble) => {
    if (bubble.side === "account" && !isHeld()) showUnread(unreadCount + 1)
    if (bubble.atMillis - lastAtMillis > timeGapMillis) addLine(timeLine(bubble.atMillis))
    lastAtMillis = bubble.atMillis
    addLine(bubbleView(bubble, owner, accountName, (text, menuId) => send({ act: "say", text, menuId })))
  }

  showCompose()
  return {
    root,
    addBubble,
    markRead: () => showUnread(0),
    tick,
    draft: () => input.value,
    setDraft: write,
    /** @param {PhoneFacts} next */
    update: (next) => {
      const changed = next.following !== facts.following
      facts = next
      if (changed) showCompose()
    },
    /** @param {Menu | null} next */
    showMenu: (next) => menu.replaceChildren(...menuView(next, press))
  }
}
