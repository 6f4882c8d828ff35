import { element } from "./element.js"
import { letterOf } from "./phone-name.js"

const names = { 0: "平常", 1: "正在配对", 2: "调戏", 11: "已配对", 12: "已配对（看过状态）" }
const demoHint = "在两部手机上点「更多 → 配对」，就能聊起来。右上角的绿标是公众号还能主动推送几条。"
const pollMillis = 1000

/** Who is in which state, in which room and with whom; where the simulator is not the demo, there is no such view. */
export const makeStateView = (panel, tab, numberOf) => {
  const phoneName = (openid) => {
    const number = numberOf(openid)
    return number === undefined ? "不在这里的人" : `手机${letterOf(number)}`
  }
  const row = ({ openid, state, room, partner }) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, phoneName(openid)),
      element("td", {}, `${state} ${names[state] ?? ""}`),
      element("td", {}, partner === undefined ? "" : phoneName(partner)),
      element("td", {}, element("code", {}, room ?? ""))
    )
  const body = element("tbody")
  const waiting = element("p")
  panel.append(
    waiting,
    element(
      "table",
      {},
      element(
        "thead",
        {},
        element(
          "tr",
          {},
          ...["手机", "状态", "对方", "房间"].map((name) => element("th", { scope: "col" }, name))
        )
      ),
      body
    )
  )

  const look = async () => {
    const response = await fetch("/simulator/state").catch(() => undefined)
    if (response === undefined || response.status === 204) return
    tab.hidden = false
    document.querySelector("#hint").textContent = demoHint
    document.querySelector("#demo-hint").hidden = false
    if (!response.ok) return
    const state = await response.json()
    body.replaceChildren(...state.people.map(row))
    waiting.textContent = `大厅里有 ${state.waiting} 个房间在等人。`
  }
  void look()
  setInterval(() => {
    if (!panel.hidden) void look()
  }, pollMillis)
}
