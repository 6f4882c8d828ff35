/** @import { WireEntry } from "../wire.ts" */
import { element } from "./element.js"
import { exchangeDetails } from "./exchange-details.js"
import { faultName } from "./fault-words.js"
import { letterOf } from "./phone-name.js"

const maxRows = 200

/**
 * Outcomes that have no name in WeChat's protocol.
 * @type {Record<string, string>}
 */
const outcomeNames = {
  "no answer in time": "超时",
  "answer lost": "回答丢失",
  "not 200": "状态不是 200",
  "no connection": "连不上",
  "connection lost": "连接断了",
  "unknown host": "没有这个主机",
  "not verified": "没有通过",
  echo: "通过"
}

/**
 * The latest exchanges between WeChat and the service, newest first; each opens to show what went over the wire.
 * @param {HTMLElement} panel
 * @param {HTMLElement} count
 * @param {(openid: string) => number | undefined} numberOf
 */
export const makeWireView = (panel, count, numberOf) => {
  const rows = element("ol", { class: "exchanges", "aria-label": "线路" })
  const search = element("input", {
    type: "search",
    placeholder: "筛选：手机甲、errcode",
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
  const empty = element("p", { class: "nothing" })
  panel.append(element("div", { class: "filters" }, search, direction), empty, rows)

  /** @typedef {{ entry: WireEntry, node: HTMLElement, words: string }} Row */
  /** @param {Row} row */
  const matches = ({ entry, words }) => {
    const chosen = direction.value
    const fits = chosen === "" || (chosen === "bad" ? !entry.good : entry.direction === chosen)
    return fits && words.includes(search.value.trim().toLowerCase())
  }
  /** @type {Array<Row>} */
  let kept = []
  const showEmpty = () => {
    const none = kept.every(({ node }) => node.hidden)
    empty.hidden = !none
    empty.textContent = kept.length === 0 ? "还没有往来。在手机上按一按菜单。" : "没有符合的往来。"
  }
  const filter = () => {
    for (const row of kept) row.node.hidden = !matches(row)
    showEmpty()
  }
  search.addEventListener("input", filter)
  direction.addEventListener("change", filter)
  showEmpty()

  /** @param {WireEntry} entry */
  const add = (entry) => {
    const number = numberOf(entry.openid)
    const phone = number === undefined ? "" : letterOf(number)
    const row = { entry, node: exchangeRow(entry, phone), words: wordsOf(entry, phone) }
    row.node.hidden = !matches(row)
    // By when they began: what a bot calls while it answers stands over the callback that it answers.
    const at = kept.findIndex((other) => other.entry.atMillis <= entry.atMillis)
    const later = at === -1 ? kept.length : at
    rows.insertBefore(row.node, kept[later]?.node ?? null)
    kept = kept.toSpliced(later, 0, row)
    for (const old of kept.splice(maxRows)) old.node.remove()
    showEmpty()
    count.textContent = String(entry.id)
  }

  const clear = () => {
    kept = []
    rows.replaceChildren()
    showEmpty()
  }
  return { add, clear }
}

/**
 * @param {WireEntry} entry
 * @param {string} phone
 */
const exchangeRow = (entry, phone) => {
  const inwards = entry.direction === "callback"
  const way = inwards ? "微信 → 服务" : "服务 → 微信"
  const time = new Date(entry.atMillis).toLocaleTimeString("zh-CN", { hour12: false })
  const what = inwards ? entry.what : entry.path.replace(/^\/cgi-bin\/(?:message\/)?/, "")
  const outcome = `${entry.faults.length === 0 ? "" : "⚡ "}${outcomeName(entry)}`
  const facts = [
    element("span", { class: "arrow", title: way, role: "img", "aria-label": way }, inwards ? "→" : "←"),
    element("span", { class: "what", title: what }, what),
    element("span", { class: "who" }, phone),
    element(
      "span",
      { class: "outcome", title: outcome },
      ...(entry.attempt > 1 ? [element("span", { class: "attempt" }, `第${entry.attempt}次 `)] : []),
      outcome
    ),
    element("span", { class: "took" }, `${entry.durationMillis} ms`),
    element("time", { title: new Date(entry.atMillis).toISOString() }, time)
  ]
  const why = entry.explanation === "" ? [] : [element("span", { class: "why" }, entry.explanation)]
  const details = element("details", {}, element("summary", {}, ...facts, ...why))
  details.addEventListener("toggle", () => {
    if (details.open && details.childElementCount === 1) details.append(exchangeDetails(entry))
  })
  return element("li", entry.good ? {} : { class: "bad" }, details)
}

/**
 * @param {WireEntry} entry
 * @param {string} phone
 */
const wordsOf = (entry, phone) =>
  [
    entry.what,
    entry.path,
    entry.outcome,
    outcomeName(entry),
    entry.explanation,
    phone === "" ? "" : `手机${phone}`,
    ...entry.faults,
    ...entry.faults.map(faultName),
    ...Object.values(entry.raw)
  ]
    .join("\n")
    .toLowerCase()

/**
 * What came of it; of an answer that WeChat does not take, the words beneath say what is wrong with it.
 * @param {WireEntry} entry
 */
const outcomeName = ({ outcome, good, direction, status }) =>
  outcomeNames[outcome] ?? (good || direction === "api" || status !== 200 ? outcome : "回答不合格")
