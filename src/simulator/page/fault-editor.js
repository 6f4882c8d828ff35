/** @import { Fault } from "../fault-plan.ts" */
import { element } from "./element.js"
import { faultKinds } from "./fault-words.js"

/** Kinds of messages and events, and calls, to choose from; another may be typed. */
const whats = ["text", "image", "voice", "CLICK", "VIEW", "subscribe"]
const paths = [
  "message/custom/send",
  "message/custom/typing",
  "stable_token",
  "token",
  "menu/create",
  "media/upload"
]

/**
 * A form that puts any fault together; `add(fault)` switches it on.
 * @param {(fault: Fault) => void} add
 */
export const faultEditor = (add) => {
  const kind = element(
    "select",
    { name: "fault", "aria-label": "故障" },
    ...faultKinds.map(({ fault, name }) => element("option", { value: fault }, name))
  )
  const seconds = numberField("seconds", "3", { min: "0", max: "60", step: "0.1" })
  const errcode = numberField("errcode", "45047", { step: "1" })
  const share = numberField("share", "100", { min: "1", max: "100", step: "1" })
  const times = numberField("times", "", { min: "1", max: "1000000", step: "1", placeholder: "不限" })
  const where = element("input", { name: "where", list: "fault-whats", placeholder: "全部" })
  const whereLabel = element("span", {}, "只对")
  const rows = {
    millis: labelled("几秒", seconds),
    errcode: labelled("errcode", errcode)
  }
  const form = element(
    "form",
    { class: "fault-form", "aria-label": "添一个故障" },
    labelled("故障", kind),
    rows.millis,
    rows.errcode,
    element("label", {}, whereLabel, where),
    labelled("机会（%）", share),
    labelled("最多几次", times),
    element("button", { class: "quiet strong" }, "添上"),
    options("fault-whats", whats),
    options("fault-paths", paths)
  )
  const chosen = () => faultKinds.find(({ fault }) => fault === kind.value) ?? faultKinds[0]
  const showFields = () => {
    const { needs, where: place } = chosen() ?? { needs: "", where: "what" }
    rows.millis.hidden = needs !== "millis"
    rows.errcode.hidden = needs !== "errcode"
    where.setAttribute("list", place === "what" ? "fault-whats" : "fault-paths")
    whereLabel.textContent = place === "what" ? "只对这种消息或事件" : "只对这个接口"
  }
  kind.addEventListener("change", () => {
    where.value = ""
    showFields()
  })
  showFields()

  form.addEventListener("submit", (event) => {
    event.preventDefault()
    const one = chosen()
    if (one === undefined) return
    const place = where.value.trim()
    // Put together by the table above; the server checks it once more.
    const fault = /** @type {Fault} */ ({
      fault: one.fault,
      ...(one.needs === "millis" ? { millis: Math.round((seconds.valueAsNumber || 0) * 1000) } : {}),
      ...(one.needs === "errcode" ? { errcode: Math.trunc(errcode.valueAsNumber || -1) } : {}),
      ...(place === "" ? {} : { [one.where]: place }),
      ...(share.valueAsNumber >= 100 || Number.isNaN(share.valueAsNumber)
        ? {}
        : { share: share.valueAsNumber / 100 }),
      ...(Number.isNaN(times.valueAsNumber) ? {} : { times: Math.trunc(times.valueAsNumber) })
    })
    add(fault)
  })
  return form
}

/**
 * @param {string} name
 * @param {string} value
 * @param {Record<string, string>} attributes
 */
const numberField = (name, value, attributes) =>
  element("input", { type: "number", name, value, inputmode: "decimal", ...attributes })

/**
 * @param {string} text
 * @param {HTMLElement} control
 */
const labelled = (text, control) => element("label", {}, element("span", {}, text), control)

/**
 * @param {string} id
 * @param {ReadonlyArray<string>} values
 */
const options = (id, values) =>
  element("datalist", { id }, ...values.map((value) => element("option", { value })))
