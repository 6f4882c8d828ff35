/** @import { Change, NumberedChange, PhoneFacts, Snapshot } from "../phone-book.ts" */
/** @import { Menu } from "../menu.ts" */
import { element, found } from "./element.js"
import { makePhoneView } from "./phone-view.js"
import { makeStateView } from "./state-view.js"
import { makeSwitchesView } from "./switches-view.js"
import { makeTabs } from "./tabs.js"
import { makeWireView } from "./wire-view.js"

const reconnectMillis = 1000
const tickMillis = 500

/** @typedef {ReturnType<typeof makePhoneView>} PhoneView */
/** @type {Map<string, PhoneView>} */
let views = new Map()
let accountName = ""
/** @type {Menu | null} */
let menu = null
let lastNumber = 0
let clockAheadMillis = 0

const phones = found("#phones")
const connection = found("#connection")
const noPhones = element(
  "p",
  { class: "no-phones" },
  "还没有手机：机器人通过接入验证，手机就出来，最多等 20 秒。验证的结果在「线路」里。"
)

/** @type {Record<number, string>} */
const refusals = { 409: "手机够多了，一页最多 64 部。" }

/**
 * @param {string} path
 * @param {object} [body]
 */
const post = async (path, body = {}) => {
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body)
    })
    connection.textContent = response.ok ? "" : (refusals[response.status] ?? "这个操作没有成功。")
    return response
  } catch {
    connection.textContent = "模拟微信没有应答。"
    return undefined
  }
}

/** @type {Map<string, number>} */
const numbers = new Map()
/** @param {string} openid */
const numberOf = (openid) => numbers.get(openid)
const wire = makeWireView(found("#desk-wire"), found("#wire-count"), numberOf)
const switches = makeSwitchesView(
  found("#desk-switches"),
  found("#switch-count"),
  (change) => void post("/simulator/conditions", change),
  post
)
makeTabs(found(".tabs"))
makeStateView(found("#desk-state"), found("#tab-state"), numberOf)

/** @param {PhoneFacts} phone */
const viewOf = (phone) => {
  const known = views.get(phone.openid)
  if (known !== undefined) return known
  numbers.set(phone.openid, phone.number)
  const view = makePhoneView(accountName, phone, (body) => void post("/simulator/act", body))
  view.showMenu(menu)
  views.set(phone.openid, view)
  noPhones.remove()
  phones.append(view.root)
  return view
}

const tickAll = () => {
  const nowMillis = Date.now() + clockAheadMillis
  for (const view of views.values()) view.tick(nowMillis)
}

/** @param {Snapshot} snapshot */
const showSnapshot = (snapshot) => {
  accountName = snapshot.accountName
  clockAheadMillis = snapshot.nowMillis - Date.now()
  menu = snapshot.menu
  document.title = `${accountName} · 模拟微信`
  const drafts = new Map([...views].map(([openid, view]) => [openid, view.draft()]))
  views = new Map()
  phones.replaceChildren(noPhones)
  for (const phone of snapshot.phones) {
    const view = viewOf(phone)
    for (const bubble of phone.bubbles) view.addBubble(bubble)
    view.markRead()
    view.setDraft(drafts.get(phone.openid) ?? "")
  }
  switches.show(snapshot.conditions)
  switches.showStruck(snapshot.struck)
  switches.seal(snapshot.sealable)
  wire.clear()
  for (const entry of snapshot.wire) wire.add(entry)
}

/** @param {PhoneFacts} phone */
const showPhone = (phone) => {
  const added = !views.has(phone.openid)
  const view = viewOf(phone)
  view.update(phone)
  if (added) view.root.scrollIntoView({ behavior: "smooth", block: "nearest", inline: "nearest" })
}

/** @param {Change} change */
const show = (change) => {
  switch (change.type) {
    case "snapshot":
      return showSnapshot(change.snapshot)
    case "phone":
      return showPhone(change.phone)
    case "bubble":
      return views.get(change.openid)?.addBubble(change.bubble)
    case "menu":
      menu = change.menu
      for (const view of views.values()) view.showMenu(menu)
      return undefined
    case "conditions":
      return switches.show(change.conditions)
    case "struck":
      return switches.showStruck(change.counts)
    case "wire":
      return wire.add(change.entry)
    default:
      return undefined
  }
}

const connect = () => {
  const events = new EventSource("/simulator/events")
  const again = () => {
    events.close()
    connection.textContent = "连接断开，正在重连…"
    setTimeout(connect, reconnectMillis)
  }
  events.addEventListener("message", (event) => {
    /** @type {NumberedChange} */
    const { number, change } = JSON.parse(event.data)
    const missed = change.type !== "snapshot" && number !== lastNumber + 1
    if (missed || change.type === "end") return again()
    lastNumber = number
    connection.textContent = ""
    show(change)
    tickAll()
  })
  events.addEventListener("error", again)
}

// Phones are as high as what the heading leaves, so that their menus are never cut off.
new ResizeObserver(([heading]) => {
  const height = heading?.borderBoxSize[0]?.blockSize ?? 0
  document.documentElement.style.setProperty("--heading", `${Math.ceil(height)}px`)
}).observe(found(".heading"))

found("#add-phone").addEventListener("click", () => void post("/simulator/act", { does: { act: "add" } }))
setInterval(tickAll, tickMillis)
connect()
