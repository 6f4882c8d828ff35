import { element } from "./element.js"

/** @param {string} mediaId */
const mediaAddress = (mediaId) => `/simulator/media/${encodeURIComponent(mediaId)}`

/**
 * The picture itself while WeChat has it, else a drawing.
 * @param {string} mediaId
 */
export const photo = (mediaId) => {
  const image = element("img", { src: mediaAddress(mediaId), alt: "图片", width: "150", height: "112" })
  image.addEventListener("error", () => image.replaceWith(drawing(mediaId, "图片")), { once: true })
  return element("a", { href: mediaAddress(mediaId), target: "_blank", rel: "noopener noreferrer" }, image)
}

/** @param {string} mediaId */
export const sound = (mediaId) => {
  const label = element("span", {}, "语音")
  const button = element("button", { type: "button", class: "voice" }, waves(), label)
  button.addEventListener("click", () => {
    const audio = new Audio(mediaAddress(mediaId))
    audio.addEventListener("playing", () => button.classList.add("playing"))
    audio.addEventListener("ended", () => button.classList.remove("playing"))
    void audio.play().catch(() => {
      label.textContent = "语音（放不出来）"
    })
  })
  return button
}

/**
 * @param {string} mediaId
 * @param {string} label
 */
export const mediaLink = (mediaId, label) =>
  element("a", { href: mediaAddress(mediaId), target: "_blank", rel: "noopener noreferrer" }, label)

export const sticker = () =>
  element("img", { src: "/simulator/icon.svg", alt: "表情", width: "96", height: "96" })

/** Three waves, as on a voice message. */
const waves = () => {
  const svg = svgElement("svg", { width: 16, height: 16, viewBox: "0 0 16 16", "aria-hidden": "true" })
  const paths = ["M4 6.5a3 3 0 0 1 0 3", "M7 4.5a6 6 0 0 1 0 7", "M10 2.5a9 9 0 0 1 0 11"]
  svg.append(
    ...paths.map((d) =>
      svgElement("path", {
        d,
        fill: "none",
        stroke: "currentColor",
        "stroke-width": 1.6,
        "stroke-linecap": "round"
      })
    )
  )
  return svg
}

/**
 * A landscape drawn from the media id: the same id looks the same on every phone.
 * @param {string} mediaId
 * @param {string} label
 */
const drawing = (mediaId, label) => {
  let seed = 7
  for (const character of mediaId) seed = (seed * 31 + (character.codePointAt(0) ?? 0)) % 100_003
  const hue = seed % 360
  const svg = svgElement("svg", { width: 150, height: 110, role: "img", "aria-label": label })
  svg.append(
    svgElement("rect", { width: 150, height: 110, fill: `hsl(${hue} 60% 78%)` }),
    svgElement("circle", { cx: 30 + (seed % 90), cy: 32, r: 15, fill: `hsl(${(hue + 40) % 360} 90% 66%)` }),
    svgElement("path", {
      d: `M0 84 L${36 + (seed % 30)} 42 L92 90 L118 62 L150 88 V110 H0Z`,
      fill: `hsl(${hue} 34% 44%)`
    })
  )
  return svg
}

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 */
const svgElement = (tag, attributes) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag)
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value))
  return node
}
