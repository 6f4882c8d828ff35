/** @import { ChatOverview, SeenPerson } from "../page-state.ts" */
import { element, found } from "./element.js"
import { letterOf } from "./phone-name.js"

/** @type {Record<number, string>} */
const names = { 0: "平常", 1: "正在配对", 2: "调戏", 11: "已配对", 12: "已配对，看过状态" }
const pollMillis = 1000

/**
 * Who is in which state, in which room and with whom; where the simulator is not the demo, there is no such view.
 * @param {HTMLElement} panel
 * @param {HTMLElement} tab
 * @param {(openid: string) => number | undefined} numberOf
 */
export const makeStateView = (panel, tab, numberOf) => {
  /** @param {string} openid */
  const phoneName = (openid) => {
    const number = numberOf(openid)
    return number === undefined ? "不在这里的人" : `手机${letterOf(number)}`
  }
  /** @param {SeenPerson} person */
  const row = ({ openid, state, room, partner }) =>
    element(
      "tr",
      { "data-state": String(state) },
      element("th", { scope: "row" }, phoneName(openid)),
      element("td", {}, element("span", { class: "state" }, `${state} ${names[state] ?? ""}`)),
      element("td", {}, partner === undefined ? "" : phoneName(partner)),
      element("td", {}, element("code", { title: room ?? "" }, room ?? ""))
    )
  const body = element("tbody")
  const waiting = element("p", { class: "waiting" })
  const heads = ["手机", "状态", "对方", "房间"].map((name) => element("th", { scope: "col" }, name))
  panel.append(waiting, element("table", {}, element("thead", {}, element("tr", {}, ...heads)), body))

  const look = async () => {
    const response = await fetch("/simulator/state").catch(() => undefined)
    if (response === undefined || response.status === 204) return
    tab.hidden = false
    found("#hint").hidden = true
    found("#demo-hint").hidden = false
    if (!response.ok) return
    /** @type {ChatOverview} */
    const state = await response.json()
    body.replaceChildren(...state.people.map(row))
    waiting.textContent =
      state.waiting === 0 ? "大厅是空的，没有人在等。" : `大厅里有 ${state.waiting} 个房间在等人。`
  }
  void look()
  setInterval(() => {
    if (!panel.hidden) void look()
  }, pollMillis)
  tab.addEventListener("click", () => void look())
}
