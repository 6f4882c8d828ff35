import { bubbleView } from "./bubble-view.js"
import { element } from "./element.js"
import { menuView, panelButton } from "./menu-view.js"

const letters = "甲乙丙丁戊己庚辛壬癸"

/** One phone; `act(body)` tells the simulator what its owner does. Bounded like the server's history. */
export const makePhoneView = (accountName, first, act) => {
  const maxBubbles = 300
  const owner = { number: first.number, letter: letters[first.number - 1] ?? String(first.number) }
  const name = `手机${owner.letter}`
  let facts = first

  const title = element("h2", {}, accountName)
  const allowance = element("span", { class: "allowance" })
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
      element("span", { class: "phone-owner" }, name),
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
    else if (button.type === "view") globalThis.open(button.url, "_blank", "noopener")
  }

  const extras = () => {
    const view = panelButton({ class: "more", "aria-label": "图片、表情和关注" }, "+", [
      { name: "图片", choose: () => send({ act: "image" }) },
      { name: "表情", choose: () => send({ act: "sticker" }) },
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

  const addBubble = (bubble) => {
    const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80
    log.append(bubbleView(bubble, owner, (text, id) => send({ act: "say", text, menuId: id })))
    while (log.childElementCount > maxBubbles) log.firstElementChild.remove()
    if (atEnd || bubble.side === "own") log.scrollTop = log.scrollHeight
  }

  showCompose()
  return {
    root,
    addBubble,
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
