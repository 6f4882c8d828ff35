/** The shape of the repository: which room may import which, how large files are, what lies at the top. */
import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { dirname, join, relative, resolve } from "node:path"
import { assert, describe, it } from "@effect/vitest"

const root = resolve(import.meta.dirname, "..")
const tracked = execFileSync("git", ["ls-files", "-z"], {
  cwd: root,
  encoding: "utf8"
})
  .split("\0")
  .filter((path) => path !== "" && existsSync(join(root, path)))
const read = (path: string) => readFileSync(join(root, path), "utf8")
const sources = tracked.filter((path) => /^src\/.*\.(?:ts|js)$/u.test(path))
const programs = tracked.filter((path) => /^(?:src|test)\/.*\.ts$/u.test(path))

/** From the first room to the last; a room may import those before it, and rooms on one line not each other. */
const order: ReadonlyArray<ReadonlyArray<string>> = [
  ["core"],
  ["event-loop"],
  ["memcached", "database"],
  ["wechat"],
  ["chat"],
  ["campus", "chatbot"],
  ["http"],
  ["simulator", "testing"],
  ["bench"],
  ["commands"],
  ["main"]
]

/** Files beside the rooms, and the room as which they count; settings are read where the commands start. */
const countsAs: Readonly<Record<string, string>> = {
  "src/setting-values.ts": "http",
  "src/settings.ts": "http",
  "src/app.ts": "simulator",
  "src/demo.ts": "simulator",
  "src/main.ts": "main",
  "src/bench/main.ts": "main"
}
/** `demo` wires the simulator and the service together. */
const wiring = new Set(["src/app.ts", "src/demo.ts"])

const roomOf = (path: string) => countsAs[path] ?? path.split("/")[1] ?? ""
const levelOf = (path: string) => order.findIndex((rooms) => rooms.includes(roomOf(path)))

const importsOf = (path: string): ReadonlyArray<string> =>
  [
    ...read(path).matchAll(
      /^\s*(?:import|export)\b[^"']*?\bfrom\s+["']([^"']+)["']|^\s*import\s+["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/gmu
    )
  ].flatMap(([, from, plain, dynamic]) => from ?? plain ?? dynamic ?? [])
const isRelative = (specifier: string) => specifier.startsWith(".")
const target = (path: string, specifier: string) => relative(root, resolve(root, dirname(path), specifier))

describe("rooms", () => {
  it("every source file belongs to a room", () => {
    for (const path of sources) assert.isAtLeast(levelOf(path), 0, path)
  })

  it.each(sources)("%s imports one way only", (path) => {
    for (const specifier of importsOf(path).filter(isRelative)) {
      const other = target(path, specifier)
      assert.isTrue(existsSync(join(root, other)), `${path} imports ${other}, which is not there`)
      const sameRoom = roomOf(other) === roomOf(path)
      const allowed = levelOf(other) < levelOf(path) || sameRoom || wiring.has(path)
      assert.isTrue(allowed, `${path} must not import ${other}`)
    }
  })

  it.each(programs)("%s names its neighbours with .ts", (path) => {
    for (const specifier of importsOf(path).filter(isRelative)) {
      assert.match(specifier, /\.(?:ts|json|js)$/u, `${path}: ${specifier}`)
      if (specifier.endsWith(".js")) assert.isTrue(existsSync(join(root, target(path, specifier))))
    }
  })
})

describe("the core", () => {
  const core = sources.filter((path) => roomOf(path) === "core")
  /** Modules of effect that are data and nothing else. */
  const data = new Set([
    "Array",
    "BigDecimal",
    "Brand",
    "Chunk",
    "Data",
    "Duration",
    "Equal",
    "Hash",
    "HashMap",
    "HashSet",
    "Match",
    "Number",
    "Option",
    "Order",
    "Predicate",
    "Record",
    "Result",
    "Schema",
    "String",
    "Struct",
    "Tuple",
    "pipe",
    "flow",
    "identity",
    "DateTime"
  ])

  it.each(core)("%s imports nothing but data", (path) => {
    for (const [, names = "", specifier = ""] of read(path).matchAll(
      /import\s+(?:type\s+)?\{([^}]*)\}\s+from\s+["']([^"']+)["']/gu
    )) {
      if (isRelative(specifier)) continue
      assert.strictEqual(specifier, "effect", path)
      for (const name of names.split(",").map(
        (one) =>
          one
            .trim()
            .replace(/^type\s+/u, "")
            .split(" as ")[0] ?? ""
      )) {
        if (name !== "") assert.isTrue(data.has(name), `${path} imports ${name}`)
      }
    }
    const statements = read(path).match(/^\s*import\b/gmu)?.length ?? 0
    const understood = [...read(path).matchAll(/import\s+(?:type\s+)?\{[^}]*\}\s+from/gu)].length
    assert.strictEqual(statements, understood, `${path}: an import in a form that this test does not read`)
  })

  it.each(core)("%s never waits, reads a clock, draws chance or does IO", (path) => {
    const words =
      /\bDate\b|\bMath\.random\b|\bset(?:Timeout|Interval|Immediate)\b|\bawait\b|\basync\b|\bPromise\b|\bprocess\b|\bconsole\b|\bfetch\b|\bEffect\.|\bClock\b|\bperformance\b|\bcrypto\b|\bglobalThis\b|\bnode:/u
    const code = read(path).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gmu, "")
    assert.notMatch(code, words)
  })
})

describe("files", () => {
  const longest = 250
  /** The published surface: what the package exports, and nothing else, passes on what others define. */
  const published = new Set(["src/core/core.ts", "src/testing/testing.ts"])

  it.each(sources)("%s has at most 250 lines", (path) => {
    assert.isAtMost(read(path).trimEnd().split("\n").length, longest)
  })

  it.each(sources.filter((path) => !published.has(path)))("%s is no barrel", (path) => {
    assert.notMatch(path, /(?:^|\/)index\.ts$/u)
    const lines = read(path)
      .split("\n")
      .filter((line) => line.trim() !== "" && !/^\s*(?:\/\/|\/?\*)/u.test(line))
    const passedOn = lines.filter((line) => /^export\s+(?:\*|\{[^}]*\}\s+from)/u.test(line))
    assert.isTrue(passedOn.length === 0 || passedOn.length < lines.length)
    assert.notMatch(read(path), /^export \* from/mu)
  })

  it("nothing at the top but what the design names", () => {
    const allowed = [
      ".ci",
      ".env.example",
      ".gitignore",
      ".npmrc",
      "LICENSE",
      "README.md",
      "docs",
      "package-lock.json",
      "package.json",
      "src",
      "test",
      "tsconfig.json"
    ]
    const top = new Set(tracked.map((path) => path.split("/")[0] ?? ""))
    assert.deepStrictEqual(
      [...top].filter((name) => !allowed.includes(name)),
      []
    )
  })

  it("no clock or chance behind Effect's back in what serves", () => {
    for (const path of sources) {
      if (path.endsWith(".js")) continue
      const code = read(path).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gmu, "")
      assert.notMatch(code, /\bMath\.random\(|\bDate\.now\(|\bnew Date\(\)/u, path)
    }
  })
})

describe("packages", () => {
  const manifest = JSON.parse(read("package.json")) as Record<string, Record<string, string>>
  const named = Object.entries({ ...manifest["dependencies"], ...manifest["devDependencies"] })

  it.each(named)("%s is of an exact version and is explained in docs/dependencies.md", (name, version) => {
    assert.match(version, /^\d+\.\d+\.\d+$/u)
    assert.include(read("docs/dependencies.md"), name)
  })

  it("the lock file names no registry", () => {
    assert.notInclude(read("package-lock.json"), '"resolved"')
  })

  it.each(sources.filter((path) => path.endsWith(".ts")))(
    "%s imports only packages of the manifest",
    (path) => {
      // Benchmarks run in a clone, like tests.
      const kinds = roomOf(path) === "bench" ? ["dependencies", "devDependencies"] : ["dependencies"]
      const known = new Set(kinds.flatMap((kind) => Object.keys(manifest[kind] ?? {})))
      for (const specifier of importsOf(path)) {
        if (isRelative(specifier) || specifier.startsWith("node:")) continue
        const [scope = "", name = ""] = specifier.split("/")
        assert.isTrue(known.has(scope.startsWith("@") ? `${scope}/${name}` : scope), `${path}: ${specifier}`)
      }
    }
  )
})
