/** Reads the XML of a callback into flat fields, so that nothing a user wrote can pass for a field (protocol notes 12, pitfalls 13 to 20 and 38 to 41). */
import { Option, Result, Schema } from "effect"
import { XMLParser, XMLValidator } from "fast-xml-parser"
import { type Child, flatElements } from "./flat-xml.ts"

/**
 * The direct children of `<xml>` by name. `head` holds what stands before `<Content>`, `tail` what stands after it; without a
 * content everything is in `head`. Of a name that occurs twice anywhere the reader keeps no value but the name in `repeated`.
 */
export interface XmlFields {
  readonly head: ReadonlyMap<string, string>
  readonly content: Option.Option<string>
  readonly tail: ReadonlyMap<string, string>
  readonly repeated: ReadonlySet<string>
}

/** The body is not XML that WeChat would send. */
export class NotXml extends Schema.TaggedError<NotXml>()("NotXml", {
  problem: Schema.Literals(["malformed", "doctype", "content"])
}) {
  override get message() {
    return `The body is not a document of WeChat's XML: ${this.problem}`
  }
}

/**
 * Pure and total: any text gives fields or `NotXml`, in time that grows with its length only. The content is what stands between
 * the first `<Content><![CDATA[` and the last `]]></Content>`, word for word, minus characters that XML forbids (contract, "Details").
 */
export const readXml = (xml: string): Result.Result<XmlFields, NotXml> => {
  const text = withoutForbiddenCharacters(xml).trim()
  if (!text.endsWith("</xml>")) return Result.fail(malformed)
  return Result.flatMap(cutContent(text), (cut) => {
    const { before, content, after } = cut
    const flat = flatChildren(cut)
    if (flat !== undefined) return Result.succeed(fieldsOf(flat, content))
    if (declaresDoctype(before) || declaresDoctype(after)) return Result.fail(doctype)
    const children = childrenOf(Option.isSome(content) ? `${before}<Content/>${after}` : before)
    return Result.map(children, (all) => fieldsOf(all, content))
  })
}

/** Removes what XML 1.0 has no place for: control characters, non-characters and lone surrogates (notes 3.2, pitfall 13). */
export const withoutForbiddenCharacters = (text: string): string =>
  text.isWellFormed() && !forbiddenUnit.test(text) ? text : text.replaceAll(forbidden, "")

// oxlint-disable-next-line no-control-regex
const forbidden = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF\uD800-\uDFFF]/gu
/** All of them but the surrogates, which takes a tenth of the time: nearly every text has none of these. */
// oxlint-disable-next-line no-control-regex
const forbiddenUnit = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/

const malformed = new NotXml({ problem: "malformed" })
const doctype = new NotXml({ problem: "doctype" })
const badContent = new NotXml({ problem: "content" })

const contentStart = "<Content>"
const contentEnd = "</Content>"
const cdataStart = "<![CDATA["
const cdataEnd = "]]>"

interface Cut {
  readonly before: string
  readonly content: Option.Option<string>
  readonly after: string
}

/**
 * Takes the content out before anything is parsed: its CDATA may hold `]]>` and whole elements, since WeChat does not split
 * what users write (pitfalls 14 and 41).
 */
const cutContent = (xml: string): Result.Result<Cut, NotXml> => {
  const start = indexOutsideCdata(xml, contentStart)
  if (start < 0) return Result.succeed({ before: xml, content: Option.none(), after: "" })
  const inside = start + contentStart.length
  const marked = xml.startsWith(cdataStart, inside)
  const end = xml.lastIndexOf(marked ? cdataEnd + contentEnd : contentEnd)
  if (end < inside) return Result.fail(badContent)
  const content = marked
    ? xml.slice(inside + cdataStart.length, end)
    : unmarkedContent(xml.slice(inside, end))
  if (content === undefined) return Result.fail(badContent)
  return Result.succeed({
    before: xml.slice(0, start),
    content: Option.some(content),
    after: xml.slice(end + (marked ? cdataEnd.length : 0) + contentEnd.length)
  })
}

/** A content whose CDATA has white space around it, or none at all; then `<` has to be written as an entity. */
const unmarkedContent = (inside: string): string | undefined => {
  const trimmed = inside.trim()
  if (trimmed.startsWith(cdataStart) && trimmed.endsWith(cdataEnd)) {
    return trimmed.slice(cdataStart.length, -cdataEnd.length)
  }
  return inside.includes("<") ? undefined : withEntitiesDecoded(inside)
}

/** A CDATA section hides what it holds, also from the search for the content: a link's title may contain `<Content>`. */
const indexOutsideCdata = (xml: string, wanted: string): number => {
  let from = 0
  for (;;) {
    const found = xml.indexOf(wanted, from)
    const section = xml.indexOf(cdataStart, from)
    if (found < 0 || section < 0 || found < section) return found
    const close = xml.indexOf(cdataEnd, section)
    if (close < 0) return -1
    from = close + cdataEnd.length
  }
}

const declaresDoctype = (xml: string): boolean =>
  indexOutsideCdata(xml.toUpperCase(), "<!DOCTYPE") >= 0 ||
  indexOutsideCdata(xml.toUpperCase(), "<!ENTITY") >= 0

/** Deep enough for every nested event of WeChat (notes 2.4), shallow enough to refuse a tower of elements at once. */
const deepestNestedElements = 16

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  parseTagValue: false,
  trimValues: false,
  processEntities: false,
  cdataPropName: "#cdata",
  maxNestedTags: deepestNestedElements,
  // The parser makes names keys of objects and throws at `__proto__`; no name that we read starts with a dash.
  transformTagName: (name) => (name in Object.prototype ? `-${name}` : name)
})

const rootStart = "<xml>"
const rootEnd = "</xml>"
const contentMark: Child = { name: "Content", value: "" }

/** The children without a parser; undefined: there is more than elements side by side. */
const flatChildren = ({ before, content, after }: Cut): ReadonlyArray<Child> | undefined => {
  if (!before.startsWith(rootStart)) return undefined
  const start = rootStart.length
  if (Option.isNone(content))
    return withoutContent(flatElements(before, start, before.length - rootEnd.length))
  const head = withoutContent(flatElements(before, start, before.length))
  if (head === undefined) return undefined
  const tail = withoutContent(flatElements(after, 0, after.length - rootEnd.length))
  return tail === undefined ? undefined : [...head, contentMark, ...tail]
}

/** Undefined if there is another content than the one that was cut out, for which there are rules of its own. */
const withoutContent = (children: ReadonlyArray<Child> | undefined): ReadonlyArray<Child> | undefined =>
  children?.some(({ name }) => name === contentMark.name) === true ? undefined : children

const childrenOf = (xml: string): Result.Result<ReadonlyArray<Child>, NotXml> => {
  const parsed = Result.try({ try: () => parse(xml), catch: () => malformed })
  return Result.flatMap(parsed, (nodes) => {
    const root = nodes.map(elementOf).find((element) => element !== undefined)
    if (root?.name !== "xml") return Result.fail(malformed)
    const elements = root.nodes.map(elementOf).filter((element) => element !== undefined)
    return Result.succeed(elements.map(({ name, nodes }) => ({ name, value: valueOf(nodes) })))
  })
}

type Node = Readonly<Record<string, unknown>>
type Nodes = ReadonlyArray<Node>

const isNodes = (value: unknown): value is Nodes => Array.isArray(value)

const parse = (xml: string): Nodes => {
  // Without the validator the parser overlooks what is open, crossed or repeated at the root.
  if (XMLValidator.validate(xml, { allowBooleanAttributes: true }) !== true) return []
  const parsed: unknown = parser.parse(xml)
  return isNodes(parsed) ? parsed : []
}

/** fast-xml-parser's ordered form: one object per node, its only own key the element's name. Text nodes give undefined. */
const elementOf = (node: Node): { readonly name: string; readonly nodes: Nodes } | undefined => {
  const name = Object.keys(node)[0]
  if (name === undefined || name.startsWith("#")) return undefined
  const nodes = node[name]
  return isNodes(nodes) ? { name, nodes } : undefined
}

/** What an element says: its CDATA as it stands, or its text without the white space around it and with entities decoded. */
const valueOf = (nodes: Nodes): string => {
  const sections = nodes.flatMap((node) => (isNodes(node["#cdata"]) ? node["#cdata"].map(textOf) : []))
  return sections.length > 0 ? sections.join("") : withEntitiesDecoded(nodes.map(textOf).join("").trim())
}

const textOf = (node: Node): string => (typeof node["#text"] === "string" ? node["#text"] : "")

const fieldsOf = (children: ReadonlyArray<Child>, content: Option.Option<string>): XmlFields => {
  const head = new Map<string, string>()
  const tail = new Map<string, string>()
  const repeated = new Set<string>()
  let place = head
  const contents: Array<string> = []
  for (const { name, value } of children) {
    if (name === "Content") {
      contents.push(value)
      place = tail
    } else if (head.has(name) || tail.has(name)) repeated.add(name)
    else place.set(name, value)
  }
  for (const name of repeated) {
    head.delete(name)
    tail.delete(name)
  }
  if (contents.length > 1) repeated.add("Content")
  return { head, content: Option.orElse(content, () => Option.fromUndefinedOr(contents[0])), tail, repeated }
}

const entities: ReadonlyMap<string, string> = new Map([
  ["&lt;", "<"],
  ["&gt;", ">"],
  ["&quot;", '"'],
  ["&apos;", "'"],
  ["&amp;", "&"]
])

const withEntitiesDecoded = (text: string): string =>
  text.includes("&")
    ? withoutForbiddenCharacters(
        text.replaceAll(/&(?:lt|gt|quot|apos|amp|#\d{1,7}|#x[\dA-Fa-f]{1,6});/g, (entity) => {
          const named = entities.get(entity)
          if (named !== undefined) return named
          const digits = entity.slice(2, -1)
          const code = digits.startsWith("x") ? Number.parseInt(digits.slice(1), 16) : Number(digits)
          return code <= lastCodePoint ? String.fromCodePoint(code) : entity
        })
      )
    : text

const lastCodePoint = 0x10_ff_ff
