/** What is wrong with a JSON file that somebody wrote by hand: where, what stands there, and what may. */
import { Effect, Schema, SchemaIssue } from "effect"

/**
 * `syntax`: no JSON, `expected` says where · `missing` and `unknown`: a field · `choice`: `expected` is what may stand there, with
 * commas between · `value`: `expected` is what the schema says of it.
 */
export class FileProblem extends Schema.TaggedError<FileProblem>()("FileProblem", {
  kind: Schema.Literals(["syntax", "missing", "unknown", "choice", "value"]),
  /** The step of a scenario, from 1. */
  step: Schema.optionalKey(Schema.Int),
  /** Within the step or the file, such as `does.act` or `faults[0].millis`. */
  field: Schema.String,
  /** As JSON, cut. */
  found: Schema.String,
  expected: Schema.String
}) {
  override get message(): string {
    const where = `${this.step === undefined ? "" : `step ${this.step}: `}${this.field === "" ? "the file" : this.field}`
    switch (this.kind) {
      case "syntax":
        return `this is no JSON: ${this.expected}`
      case "missing":
        return `${where} is missing`
      case "unknown":
        return `${where}: there is no such field`
      case "choice":
        return `${where} is ${this.found}, must be one of ${this.expected}`
      case "value":
        return `${where} is ${this.found}, must be ${this.expected}`
    }
  }
}

/** Fields that say which member of a union is meant, with their possible values. */
export interface UnionTags {
  readonly [field: string]: ReadonlyArray<string>
}

/** Reads a file by its schema; a field that the schema does not know is a mistake too. `kinds`: each step needs one of these fields. */
export const readJsonFile =
  <A>(schema: Schema.ConstraintCodec<A, unknown>, tags: UnionTags, kinds: ReadonlyArray<string> = []) =>
  (text: string): Effect.Effect<A, FileProblem> =>
    Effect.try({
      try: () => JSON.parse(text) as unknown,
      catch: (error) => problem("syntax", [], undefined, error instanceof Error ? error.message : "")
    }).pipe(
      Effect.flatMap((value) =>
        Schema.decodeUnknownEffect(schema)(value, { errors: "all", onExcessProperty: "error" }).pipe(
          Effect.mapError(({ issue }) => problemIn(value, issue, tags, kinds))
        )
      )
    )

type Path = ReadonlyArray<string | number>

interface Complaint {
  readonly path: Path
  readonly message: string
}

/** The complaint that says most: the other members of a union complain as well, about what their own kind would need. */
const problemIn = (
  value: unknown,
  issue: SchemaIssue.Issue,
  tags: UnionTags,
  kinds: ReadonlyArray<string>
): FileProblem => {
  const complaints = SchemaIssue.makeFormatterStandardSchemaV1()(issue).issues.map(
    ({ path = [], message }): Complaint => ({
      path: path.map((part) => (typeof part === "number" ? part : String(part))),
      message
    })
  )
  const telling = complaints.filter(({ path }) => {
    const field = String(path.at(-1))
    if (kinds.includes(field)) return false
    return tags[field]?.includes(String(valueAt(value, path))) !== true
  })
  const deepest = Math.max(...telling.map(({ path }) => path.length))
  const most = telling.filter(({ path }) => path.length === deepest)
  const first = most.toSorted((one, other) => timesIn(most, other) - timesIn(most, one))[0]
  const kindless = complaints.find(({ path }) => hasNone(valueAt(value, path.slice(0, -1)), path, kinds))
  if (kindless !== undefined) {
    return problem("missing", [...kindless.path.slice(0, -1), kinds.join(" or ")], undefined, "")
  }
  if (first === undefined) return problem("value", [], value, "what docs/wechat.md says")
  const found = valueAt(value, first.path)
  const choices = tags[String(first.path.at(-1))] ?? literalsIn(most, first.path)
  if (first.message === "Missing key") return problem("missing", first.path, undefined, "")
  if (first.message === "Expected no excess property") return problem("unknown", first.path, found, "")
  if (choices.length > 0) return problem("choice", first.path, found, choices.join(", "))
  return problem("value", first.path, found, first.message.replace(/^Expected /u, ""))
}

const timesIn = (all: ReadonlyArray<Complaint>, one: Complaint): number =>
  all.filter(({ path, message }) => message === one.message && path.join() === one.path.join()).length

const hasNone = (step: unknown, path: Path, kinds: ReadonlyArray<string>): boolean =>
  kinds.includes(String(path.at(-1))) &&
  typeof step === "object" &&
  step !== null &&
  kinds.every((kind) => !(kind in step))

const literalsIn = (all: ReadonlyArray<Complaint>, path: Path): ReadonlyArray<string> =>
  all
    .filter((one) => one.path.join() === path.join())
    .flatMap(({ message }) => [...message.matchAll(/"([^"]*)"/gu)].map(([, literal = ""]) => literal))

const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (within, part) => (typeof within === "object" && within !== null ? Reflect.get(within, part) : undefined),
    value
  )

/** How much of a value is repeated. */
const foundCharacters = 60

const problem = (kind: FileProblem["kind"], path: Path, found: unknown, expected: string): FileProblem => {
  const [first, index, ...rest] = path
  const inStep = first === "steps" && typeof index === "number"
  const json = found === undefined ? "" : JSON.stringify(found)
  return new FileProblem({
    kind,
    ...(inStep ? { step: index + 1 } : {}),
    field: (inStep ? rest : path)
      .map((part, at) => (typeof part === "number" ? `[${part}]` : at === 0 ? part : `.${part}`))
      .join(""),
    found: json.length > foundCharacters ? `${json.slice(0, foundCharacters)}…` : json,
    expected
  })
}
