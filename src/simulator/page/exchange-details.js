/** @import { RawExchange, WireEntry } from "../wire.ts" */
import { element } from "./element.js"
import { faultName } from "./fault-words.js"

/**
 * Everything of one exchange, and a command that sends the request again.
 * @param {WireEntry} entry
 */
export const exchangeDetails = ({ raw, status, faults, atMillis }) => {
  const copy = element("button", { type: "button", class: "quiet" }, "复制为 curl")
  copy.addEventListener("click", async () => {
    const done = await copyText(curlOf(raw))
    copy.textContent = done ? "已复制" : "复制不了"
  })
  return element(
    "div",
    { class: "details" },
    element("p", { class: "when" }, new Date(atMillis).toLocaleString("zh-CN", { hour12: false })),
    ...(faults.length === 0
      ? []
      : [element("p", { class: "explanation" }, `按开关作怪：${faults.map(faultName).join("、")}`)]),
    ...(raw.url === "" ? [] : [copy]),
    ...block(`${raw.method} 请求`, raw.url),
    ...block("请求正文", raw.requestBody),
    ...block("解密后的请求", raw.openedRequest),
    ...block(
      status === 0 ? "没有收到回答" : `回答 ${status}`,
      raw.answerBody === "" ? "（空）" : raw.answerBody
    ),
    ...block("解密后的回答", raw.openedAnswer)
  )
}

/**
 * The command for a POSIX shell; signatures and tokens in it are good for as long as they are on the wire.
 * @param {RawExchange} raw
 */
const curlOf = ({ method, url, requestBody }) => {
  const head = `curl -i -X ${method} ${quoted(url)}`
  if (requestBody === "") return head
  const type = requestBody.startsWith("<") ? "text/xml" : "application/json"
  return `${head} -H ${quoted(`Content-Type: ${type}`)} --data-binary ${quoted(requestBody)}`
}

/** @param {string} text */
const quoted = (text) => `'${text.replaceAll("'", String.raw`'\''`)}'`

/**
 * @param {string} title
 * @param {string} text
 */
const block = (title, text) =>
  text === "" ? [] : [element("h3", {}, title), element("pre", { tabindex: "0", "aria-label": title }, text)]

/**
 * Clipboards are for secure pages and those of this machine; elsewhere the words are selected by hand.
 * @param {string} text
 */
const copyText = async (text) => {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}
