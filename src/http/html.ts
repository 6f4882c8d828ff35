/** HTML that was written by us, with everything else escaped. */
export interface Html {
  readonly html: string
}

type Part = Html | string | number | undefined | ReadonlyArray<Html>

/** A piece of HTML; what stands in `${…}` is text unless it is a piece itself, and `undefined` is nothing. Attributes need quotes. */
export const html = (strings: TemplateStringsArray, ...parts: ReadonlyArray<Part>): Html => ({
  html: strings.map((string, at) => string + rendered(parts[at])).join("")
})

const rendered = (part: Part): string => {
  if (part === undefined) return ""
  if (typeof part === "string" || typeof part === "number") return escaped(String(part))
  return "html" in part ? part.html : part.map((piece) => piece.html).join("")
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;"
}

const escaped = (text: string): string =>
  text.replaceAll(/[&<>"']/gu, (character) => entities[character] ?? character)
