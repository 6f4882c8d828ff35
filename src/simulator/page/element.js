/**
 * A new element; strings among the children become text, never markup. An attribute that begins with `on` listens to that event;
 * `true` sets an attribute without a value, `false` leaves it out.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string | boolean | ((event: Event) => void)>} [attributes]
 * @param {...(string | Node)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export const element = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name.slice(2), value)
    else if (value === true) node.setAttribute(name, "")
    else if (value !== false) node.setAttribute(name, value)
  }
  node.append(...children)
  return node
}

/**
 * The element of the page that a selector names; it is always there.
 * @param {string} selector
 * @returns {HTMLElement}
 */
export const found = (selector) => {
  const node = document.querySelector(selector)
  if (!(node instanceof HTMLElement)) throw new Error(`the page has no ${selector}`)
  return node
}
