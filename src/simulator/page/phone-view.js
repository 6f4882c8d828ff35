import { bubbleView } from "./bubble-view.js"
import { element } from "./element.js"
import { menuView, panelButton } from "./menu-view.js"
import { letterOf } from "./phone-name.js"
import { chooseThing } from "./thing-chooser.js"

/** One phone; `act(body)` tells the simulator what its owner does. Bounded like the server's history. */
export const makePhoneView = (accountName, first, act) => {
  const maxBubbles = 300
  const owner = { number: first.number, letter: letterOf(first.number) }
  const name = `手机${owner.letter}`
  let facts = first

  const title = element("h2", {}, accountName)
  const allowance = element("span", { class: "allowance", title: "公众号还能主动推送几条，到什么时候" })
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
    "aria-label": `在${name}上输入消息`,
    enterkeyhint: "send"
  })
  const root = element(
    "section",
    { class: "phone", "aria-label": name, "data-openid": first.openid },
    element(
      "div",
      { class: "phone-title" },
      element("span", { class: "phone-owner" }, name, unread),
      title,
      allowance
    ),
    log,
    compose,
    menu
  )

  const send = (does) => act({ openid: facts.openid, does })
  const say = () => {
    if (input.value === "") return
    send({ act: "say", text: input.value })
    input.value = ""
  }
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return
    event.preventDefault()
    say()
  })
  compose.addEventListener("submit", (event) => {
    event.preventDefault()
    say()
  })

  const press = (button) => {
    if (button.type === "click") send({ act: "press", key: button.key ?? "" })
    else if (button.type === "view") {
      globalThis.open(button.url, "_blank", "noopener")
      send({ act: "view", url: button.url })
    }
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
    compose.replaceChildren(
      ...(facts.following ? [input, element("button", { class: "send" }, "发送"), extras()] : [follow])
    )
  }

  const tick = (nowMillis) => {
    const remaining = facts.allowance.untilMillis - nowMillis
    const none = !facts.following || remaining <= 0 || facts.allowance.left === 0
    allowance.textContent = none ? "不可推送" : `还可推送 ${facts.allowance.left} 条 · ${timeText(remaining)}`
    allowance.classList.toggle("empty", none)
    const typing = facts.typingUntilMillis > nowMillis
    title.textContent = typing ? "对方正在输入…" : accountName
  }

  let unreadCount = 0
  const showUnread = (next) => {
    unreadCount = next
    unread.hidden = next === 0
    unread.textContent = next === 0 ? "" : String(next)
    unread.setAttribute("aria-label", `${next} 条未读`)
  }
  /** A phone that somebody holds, or looks at closely, has no unread messages. */
  const isHeld = () => root.matches(":hover") || root.contains(document.activeElement)
  const noteUnread = (bubble) => {
    if (bubble.side === "account" && !isHeld()) showUnread(unreadCount + 1)
  }
  for (const event of ["pointerenter", "focusin"]) root.addEventListener(event, () => showUnread(0))

  const addBubble = (bubble) => {
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80
    noteUnread(bubble)
    log.append(bubbleView(bubble, owner, (text, id) => send({ act: "say", text, menuId: id })))
    while (log.childElementCount > maxBubbles) log.firstElementChild.remove()
    if (atEnd || bubble.side === "own") log.scrollTop = log.scrollHeight
  }

  showCompose()
  return {
    root,
    addBubble,
    markRead: () => showUnread(0),
    tick,
    draft: () => input.value,
    setDraft: (text) => {
      input.value = text
    },
    update: (next) => {
      const changed = next.following !== facts.following
      facts = next
      if (changed) showCompose()
    },
    showMenu: (next) => menu.replaceChildren(...menuView(next, press))
  }
}

const timeText = (millis) => {
  const seconds = Math.max(1, Math.floor(millis / 1000))
  if (seconds < 120) return `${seconds} 秒`
  const minutes = Math.floor(seconds / 60)
  return minutes < 120 ? `${minutes} 分` : `${Math.floor(minutes / 60)} 小时`
}
