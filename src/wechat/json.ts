/** Reads the JSON of a callback into the same flat fields as XML: accounts may be set to it, though the notes know of none that is (2.1). */
import { Option, Result } from "effect"
import { NotXml, readXml, withoutForbiddenCharacters, type XmlFields } from "./xml.ts"

/** Pure and total: reads XML, or JSON if the first character other than space is `{`. */
export const readFields = (body: string): Result.Result<XmlFields, NotXml> =>
  isJson(body) ? readJson(body) : readXml(body)

const isJson = (body: string): boolean => /^\s*\{/u.test(body)

/**
 * Texts and numbers at the top, by name; numbers as they are written, since a MsgId has more digits than JavaScript's numbers (pitfall 17). JSON
 * escapes what users write, so no text of theirs can pass for a field.
 */
const readJson = (body: string): Result.Result<XmlFields, NotXml> =>
  Result.map(
    Result.try({ try: () => parse(body), catch: () => new NotXml({ problem: "malformed" }) }),
    (entries) => {
      const fields = new Map(
        entries.flatMap(([name, value]) =>
          typeof value === "string" ? [[name, withoutForbiddenCharacters(value)] as const] : []
        )
      )
      const content = Option.fromUndefinedOr(fields.get("Content"))
      fields.delete("Content")
      return { head: fields, content, tail: new Map(), repeated: new Set() }
    }
  )

const parse = (body: string): ReadonlyArray<readonly [string, unknown]> => {
  const parsed: unknown = JSON.parse(body, asWritten)
  return typeof parsed === "object" && parsed !== null ? Object.entries(parsed) : []
}

const asWritten = (_name: string, value: unknown, context?: { readonly source?: string }): unknown =>
  typeof value === "number" ? (context?.source ?? String(value)) : value
