/** One XML document as WeChat reads it: strictly, element by element (protocol notes 3.2; pitfall 42). */
import { Effect, Stream } from "effect"
import { Xml } from "effect/encoding"
import { refuseAnswer, type AnswerRefused } from "./answer-refused.ts"

/** Elements by name; none stands twice. */
export type Fields = ReadonlyMap<string, Xml.Element>

/** The elements of one document `<xml>…</xml>` by name. */
export const readDocument = Effect.fnUntraced(function* (body: string) {
  const spoiled = /<[^>]*\s[^>]*>/.exec(withoutCdata(body))
  if (spoiled !== null) return yield* refuseAnswer("space or attribute inside a tag", spoiled[0])
  const roots = yield* Stream.make(body).pipe(
    Stream.pipeThroughChannel(Xml.decodeString()),
    Stream.pipeThroughChannel(Xml.elements(["*"])),
    Stream.runCollect,
    Effect.mapError(() => refuseAnswer("not XML", body))
  )
  const root = roots[0]
  if (root === undefined || root.name !== "xml") {
    return yield* refuseAnswer("root is not xml", root === undefined ? body : `<${root.name}>`)
  }
  return yield* readFields(root)
})

export const readFields = Effect.fnUntraced(function* (parent: Xml.Element) {
  const fields = new Map<string, Xml.Element>()
  for (const element of childElements(parent)) {
    if (fields.has(element.name)) return yield* refuseAnswer("element twice", element.name)
    fields.set(element.name, element)
  }
  return fields
})

export const elementOf = (fields: Fields, name: string): Effect.Effect<Xml.Element, AnswerRefused> => {
  const element = fields.get(name)
  return element === undefined ? Effect.fail(refuseAnswer("element missing", name)) : Effect.succeed(element)
}

export const textOf = (fields: Fields, name: string): Effect.Effect<string, AnswerRefused> =>
  Effect.map(elementOf(fields, name), elementText)

export const optionalText = (fields: Fields, name: string): Effect.Effect<string> => {
  const element = fields.get(name)
  return Effect.succeed(element === undefined ? "" : elementText(element))
}

export const childElements = (parent: Xml.Element): ReadonlyArray<Xml.Element> =>
  parent.children.filter((child) => typeof child !== "string")

const elementText = (element: Xml.Element): string =>
  element.children.filter((child) => typeof child === "string").join("")

/** The XML declaration may hold spaces; what stands inside CDATA is text, whatever it looks like. */
const withoutCdata = (body: string): string =>
  body.replace(/^\s*<\?xml[^>]*\?>/, "").replaceAll(/<!\[CDATA\[[\s\S]*?\]\]>/g, "")
