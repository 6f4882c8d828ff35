import { makePhoneView } from "./phone-view.js"
import { makeStateView } from "./state-view.js"
import { makeSwitchesView } from "./switches-view.js"
import { makeTabs } from "./tabs.js"
import { makeWireView } from "./wire-view.js"

const phonesElement = document.querySelector("#phones")
const connection = document.querySelector("#connection")
const reconnectMillis = 1000

let views = new Map()
let accountName = ""
let menu = null
let lastNumber = 0
let clockAheadMillis = 0

const post = async (path, body = {}) => {
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body)
    })
    connection.textContent = response.ok ? "" : "这个操作没有成功。"
  } catch {
    connection.textContent = "模拟微信没有应答。"
  }
}
const act = (body) => post("/simulator/act", body)

const numbers = new Map()
const numberOf = (openid) => numbers.get(openid)
const wire = makeWireView(
  document.querySelector("#desk-wire"),
  document.querySelector("#wire-count"),
  numberOf
)
const switches = makeSwitchesView(
  document.querySelector("#desk-switches"),
  document.querySelector("#switch-count"),
  (change) => post("/simulator/conditions", change),
  post
)
makeTabs(document.querySelector(".tabs"))
makeStateView(document.querySelector("#desk-state"), document.querySelector("#tab-state"), numberOf)

const viewOf = (phone) => {
  const known = views.get(phone.openid)
  if (known !== undefined) return known
  numbers.set(phone.openid, phone.number)
  const view = makePhoneView(accountName, phone, act)
  view.showMenu(menu)
  views.set(phone.openid, view)
  phonesElement.append(view.root)
  return view
}

const tickAll = () => {
  const nowMillis = Date.now() + clockAheadMillis
  for (const view of views.values()) view.tick(nowMillis)
}

const showSnapshot = (snapshot) => {
  accountName = snapshot.accountName
  clockAheadMillis = snapshot.nowMillis - Date.now()
  menu = snapshot.menu
  document.title = `${accountName} · 模拟微信`
  const drafts = new Map([...views].map(([openid, view]) => [openid, view.draft()]))
  views = new Map()
  phonesElement.replaceChildren()
  for (const phone of snapshot.phones) {
    const view = viewOf(phone)
    for (const bubble of phone.bubbles) view.addBubble(bubble)
    view.markRead()
    view.setDraft(drafts.get(phone.openid) ?? "")
  }
  switches.show(snapshot.conditions)
  switches.seal(snapshot.sealable)
  wire.clear()
  for (const entry of snapshot.wire) wire.add(entry)
}

const showPhone = (phone) => {
  const added = !views.has(phone.openid)
  const view = viewOf(phone)
  view.update(phone)
  if (added) view.root.scrollIntoView({ behavior: "smooth", block: "nearest", inline: "nearest" })
}

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

document.querySelector("#add-phone").addEventListener("click", () => act({ does: { act: "add" } }))
setInterval(tickAll, 500)
connect()
