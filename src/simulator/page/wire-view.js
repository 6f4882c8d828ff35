import { element } from "./element.js"
import { exchangeDetails } from "./exchange-details.js"
import { letterOf } from "./phone-name.js"

/** The latest exchanges between WeChat and the service, newest first; each opens to show what went over the wire. */
export const makeWireView = (panel, count, numberOf) => {
  const maxRows = 200
  const rows = element("ol", { class: "exchanges", "aria-label": "线路" })
  const search = element("input", {
    type: "search",
    placeholder: "筛选：词、errcode、手机…",
    "aria-label": "筛选线路"
  })
  const direction = element(
    "select",
    { "aria-label": "方向" },
    element("option", { value: "" }, "全部"),
    element("option", { value: "callback" }, "微信 → 服务"),
    element("option", { value: "api" }, "服务 → 微信"),
    element("option", { value: "bad" }, "不顺利的")
  )
  const empty = element("p", { class: "nothing" }, "还没有往来。在手机上按一按菜单。")
  panel.append(element("div", { class: "filters" }, search, direction), empty, rows)

  const matches = (row) => {
    const { entry, words } = row
    const chosen = direction.value
    const fits = chosen === "" || (chosen === "bad" ? !entry.good : entry.direction === chosen)
    return fits && words.includes(search.value.trim().toLowerCase())
  }
  let kept = []
  const filter = () => {
    for (const row of kept) row.node.hidden = !matches(row)
  }
  search.addEventListener("input", filter)
  direction.addEventListener("change", filter)

  const add = (entry) => {
    const number = numberOf(entry.openid)
    const phone = number === undefined ? "" : letterOf(number)
    const row = { entry, node: exchangeRow(entry, phone), words: wordsOf(entry, phone) }
    kept = [row, ...kept]
    row.node.hidden = !matches(row)
    rows.prepend(row.node)
    for (const old of kept.splice(maxRows)) old.node.remove()
    empty.hidden = true
    count.textContent = String(entry.id)
  }

  const clear = () => {
    kept = []
    rows.replaceChildren()
    empty.hidden = false
  }
  return { add, clear }
}

const exchangeRow = (entry, phone) => {
  const inwards = entry.direction === "callback"
  const time = new Date(entry.atMillis).toLocaleTimeString("zh-CN", { hour12: false })
  const facts = [
    element("span", { class: "arrow", title: inwards ? "微信 → 服务" : "服务 → 微信" }, inwards ? "→" : "←"),
    element("span", { class: "what" }, inwards ? entry.what : entry.path.replace("/cgi-bin/", "")),
    element("span", { class: "who" }, phone),
    element("span", { class: "attempt" }, entry.attempt > 1 ? `第${entry.attempt}次` : ""),
    element(
      "span",
      { class: "outcome" },
      [...entry.faults.map((fault) => `⚡${fault}`), entry.outcome].join(" ")
    ),
    element("span", { class: "took" }, `${entry.durationMillis} ms`),
    element("time", {}, time)
  ]
  const details = element("details", {}, element("summary", {}, ...facts))
  details.addEventListener("toggle", () => {
    if (details.open && details.childElementCount === 1) details.append(exchangeDetails(entry))
  })
  return element("li", entry.good ? {} : { class: "bad" }, details)
}

const wordsOf = (entry, phone) =>
  [
    entry.what,
    entry.path,
    entry.outcome,
    phone === "" ? "" : `手机${phone}`,
    ...entry.faults,
    ...Object.values(entry.raw)
  ]
    .join("\n")
    .toLowerCase()
