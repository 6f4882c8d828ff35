import { element } from "./element.js"

/** The latest exchanges between WeChat and the service, newest first. */
export const makeWireView = (rows, count) => {
  const maxRows = 200
  let total = 0

  const add = (entry) => {
    total = entry.id
    const cells = [
      new Date(entry.atMillis).toLocaleTimeString("zh-CN", { hour12: false }),
      entry.direction === "callback" ? "微信 → 服务" : "服务 → 微信",
      entry.path,
      entry.what,
      entry.direction === "callback" ? String(entry.attempt) : "",
      entry.status === 0 ? "—" : String(entry.status),
      entry.outcome,
      `${entry.durationMillis} ms`
    ]
    rows.prepend(
      element("tr", entry.good ? {} : { class: "bad" }, ...cells.map((cell) => element("td", {}, cell)))
    )
    while (rows.childElementCount > maxRows) rows.lastElementChild.remove()
    count.textContent = `${total} 次`
  }

  return { add, clear: () => rows.replaceChildren() }
}
