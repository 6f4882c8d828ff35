import { element } from "./element.js"

const kinds = { verified: "已认证服务号", unverified: "未认证服务号", personal: "个人号", test: "测试号" }
const modes = { plain: "明文", compatible: "兼容", safe: "安全" }

/** Faults that one press brings; what else there is goes by a file (docs/wechat.md). */
const presets = [
  { name: "慢 3 秒", fault: { fault: "slow", millis: 3000 } },
  { name: "慢 6 秒", fault: { fault: "slow", millis: 6000 } },
  { name: "下一个回答丢失", fault: { fault: "lose-answer", times: 1 } },
  { name: "三成回答丢失", fault: { fault: "lose-answer", share: 0.3 } },
  { name: "下一个请求丢失", fault: { fault: "lose-request", times: 1 } },
  { name: "每条来两次", fault: { fault: "twice" } },
  { name: "换一台服务器", fault: { fault: "elsewhere" } },
  { name: "接口慢 3 秒", fault: { fault: "slow-api", millis: 3000 } },
  { name: "接口 502", fault: { fault: "bad-gateway" } },
  { name: "推送后没有回音", fault: { fault: "lose-result", path: "message/custom/send", times: 1 } }
]

/** Switches of the simulated WeChat; `change(conditions)` and `post(path)` tell the simulator. */
export const makeSwitchesView = (panel, count, change, post) => {
  let faults = []

  const kind = choice("账号类型", kinds, (value) => change({ kind: value }))
  const mode = choice("消息模式", modes, (value) => change({ mode: value }))
  const clock = element("input", { type: "number", min: "-3600", max: "3600", step: "1", value: "0" })
  clock.addEventListener("change", () => change({ clockAheadSeconds: Math.trunc(clock.valueAsNumber || 0) }))

  const errcode = element("input", { type: "number", value: "45047", "aria-label": "errcode" })
  const addErrcode = element("button", { type: "button", class: "quiet" }, "推送一律答这个码")
  const add = (fault) => change({ faults: [...faults, fault] })
  addErrcode.addEventListener("click", () =>
    add({ fault: "refuse", errcode: errcode.valueAsNumber || -1, path: "message/custom/send" })
  )
  const list = element("ul", { class: "faults", "aria-label": "正在作怪的故障" })

  const revoke = element("button", { type: "button", class: "quiet" }, "作废所有 access_token")
  revoke.addEventListener("click", () => post("/simulator/revoke-tokens"))
  const restart = element("button", { type: "button", class: "quiet" }, "从现在重新录")
  restart.addEventListener("click", () => post("/simulator/scenario/restart"))
  const save = element(
    "a",
    { class: "quiet", href: "/simulator/scenario", download: "scenario.json" },
    "保存剧本"
  )

  panel.append(
    group(
      "公众号",
      labelled("账号类型", kind),
      labelled("消息模式", mode),
      labelled("微信的时钟快几秒", clock)
    ),
    group(
      "故障",
      list,
      element(
        "div",
        { class: "presets" },
        ...presets.map(({ name, fault }) =>
          element("button", { type: "button", class: "quiet", onclick: () => add(fault) }, name)
        )
      ),
      element("div", { class: "presets" }, errcode, addErrcode, revoke)
    ),
    group("剧本", element("div", { class: "presets" }, save, restart))
  )

  const show = (conditions) => {
    faults = conditions.faults
    kind.value = conditions.kind
    mode.value = conditions.mode
    clock.value = String(conditions.clockAheadSeconds)
    count.textContent = faults.length === 0 ? "" : `⚡${faults.length}`
    list.replaceChildren(
      ...faults.map((fault, index) => faultRow(fault, () => change({ faults: faults.toSpliced(index, 1) })))
    )
  }
  return {
    show,
    /** Without a key there is nothing to switch to. */
    seal: (sealable) => {
      mode.disabled = !sealable
      mode.title = sealable ? "" : "没有 EncodingAESKey，只能明文"
    }
  }
}

const group = (title, ...children) => element("fieldset", {}, element("legend", {}, title), ...children)

const labelled = (text, control) => element("label", {}, element("span", {}, text), control)

const choice = (label, names, chosen) => {
  const options = Object.entries(names).map(([value, name]) => element("option", { value }, name))
  const select = element("select", { "aria-label": label }, ...options)
  select.addEventListener("change", () => chosen(select.value))
  return select
}

const faultRow = (fault, remove) =>
  element(
    "li",
    {},
    element("code", {}, wordsFor(fault)),
    element(
      "button",
      { type: "button", class: "quiet", "aria-label": `去掉 ${wordsFor(fault)}`, onclick: remove },
      "去掉"
    )
  )

const wordsFor = ({ fault, ...rest }) =>
  [fault, ...Object.entries(rest).map(([name, value]) => `${name}=${value}`)].join(" ")
