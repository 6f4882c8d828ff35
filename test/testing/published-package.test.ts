/** The package as somebody gets it who has nothing else: packed, installed into an empty project, and used as docs/property-testing.md says. */
import { execFile } from "node:child_process"
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { promisify } from "node:util"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import type { Deed } from "../../src/testing/story.ts"

const root = resolve(import.meta.dirname, "../..")
const page = await readFile(join(root, "docs/property-testing.md"), "utf8")

/** The programs on the page: every block that begins with a file name. */
const programs = new Map(
  [...page.matchAll(/```ts\n\/\/ (\S+\.ts)\n(.*?)```/gsu)].map(([, name = "", code = ""]) => [name, code])
)

/** The lines of a story on the page, each with the value that prints it. */
const lines = [...page.matchAll(/^\| `([^`]+#\d+ [^`]+)` \| `([^`]+)` \|$/gmu)].map(
  ([, line = "", what = ""]) => ({ line, what })
)

/** A program that has the table's values printed. */
const tableProgram = () => {
  const deeds = lines.map(({ line, what }) => {
    const [, seconds = "", number = ""] = /^([\d.]+) s {2}#(\d+) /u.exec(line) ?? []
    return `{ number: ${number}, atMillis: ${Number(seconds) * 1_000}, what: ${what} }`
  })
  return `import { type Deed, tellStory, userOf } from "xiaohou/testing"
    const story: ReadonlyArray<Deed> = [${deeds.join(",\n")}]
    for (const line of tellStory(story)) console.log(line.trim())`
}

let folder = ""
const project = () => join(folder, "project")

/** Everything that a deed can be. */
const kinds: ReadonlyArray<Deed["what"]["_tag"]> = [
  "Act",
  "LoseAnswer",
  "Drop",
  "Kill",
  "Evict",
  "Flush",
  "SetClock"
]

const run = promisify(execFile)
const runProgram = async (name: string): Promise<{ readonly failed: boolean; readonly output: string }> =>
  run(process.execPath, [name], { cwd: project() }).then(
    ({ stdout }) => ({ failed: false, output: stdout }),
    ({ stdout, stderr }: { stdout: string; stderr: string }) => ({ failed: true, output: stdout + stderr })
  )

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "xiaohou-package-"))
  await run("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: root })
  await mkdir(project())
  await writeFile(join(project(), "package.json"), JSON.stringify({ private: true, type: "module" }))
  const quick = ["--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund"]
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string }
  await run(
    "npm",
    ["install", "--prefix", project(), join(folder, `xiaohou-${version}.tgz`), "--omit=dev", ...quick],
    {
      cwd: project()
    }
  )
  await writeFile(join(project(), "table.ts"), tableProgram())
  for (const [name, code] of programs) await writeFile(join(project(), name), code)
}, 120_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

describe("the published package", () => {
  it("carries the types, strict enough for a strict project", async () => {
    const flags =
      "--noEmit --strict --exactOptionalPropertyTypes --noUncheckedIndexedAccess --module nodenext"
    const libraries = "--target es2024 --lib es2024,esnext.intl,dom"
    const tsc = join(root, "node_modules/typescript/bin/tsc")
    const { stdout } = await run(
      process.execPath,
      [tsc, ...flags.split(" "), ...libraries.split(" "), ...programs.keys(), "table.ts"],
      { cwd: project() }
    ).catch((error: { stdout: string }) => error)
    assert.strictEqual(stdout, "")
  })

  it("exports the core and the test kit, and nothing behind them", async () => {
    const code = `
      const names = Object.keys({ ...(await import("xiaohou/core")), ...(await import("xiaohou/testing")) })
      const hidden = await import("xiaohou/dist/chat/inbox.js").catch(({ code }) => code)
      console.log(names.includes("step"), names.includes("World"), hidden)`
    await writeFile(join(project(), "exports.js"), code)
    const { output } = await runProgram("exports.js")
    assert.strictEqual(output, "true true ERR_PACKAGE_PATH_NOT_EXPORTED\n")
  })
})

describe("the examples of docs/property-testing.md", () => {
  it("are those that are run here", () => {
    assert.deepStrictEqual(
      [...programs.keys()],
      ["core.ts", "world.ts", "lines.ts", "story.ts", "model.ts", "faults.ts", "explore.ts"]
    )
  })

  it.each([
    ["core.ts", "退出 always leaves"],
    ["world.ts", "who left is in no chat"],
    ["lines.ts", "lines go to others, and buttons are answered"],
    ["model.ts", "the world agrees with the model"]
  ])("%s holds", async (name, last) => {
    assert.deepStrictEqual(await runProgram(name), { failed: false, output: `${last}\n` })
  })

  it("the table of a story shows every kind of deed as it is printed", async () => {
    const printed = lines.map(({ line }) => `${line}\n`).join("")
    assert.deepStrictEqual(await runProgram("table.ts"), { failed: false, output: printed })
    const tags = lines.map(({ what }) => /_tag: "(\w+)"/u.exec(what)?.[1])
    assert.sameMembers([...new Set(tags)] as Array<string>, [...kinds])
  })

  it("story.ts tells what everybody does and reads, and holds", async () => {
    const { failed, output } = await runProgram("story.ts")
    assert.isFalse(failed, output)
    assert.match(output, /^0 #0 u0 presses 配对 \(server 0\)\n[^]*^\d+ u1 reads u0\.3$/mu)
  })

  it("explore.ts covers every schedule", async () => {
    const { failed, output } = await runProgram("explore.ts")
    assert.isFalse(failed, output)
    assert.match(output, /^\d+ schedules, all there are\n$/u)
  })

  it("faults.ts holds, and breaks what it says", async () => {
    const { failed, output } = await runProgram("faults.ts")
    assert.isTrue(failed)
    assert.include(output, "holds, whatever goes wrong\n")
    assert.match(output, /PropertyBroken: broken by value number \d+.*nobody is in two pairs: /su)
  })

  it("world.ts, broken as the page says, prints what the page shows", async () => {
    const shown = /```text\n(.*?)\nreplay: …\n```/su.exec(page)?.[1] ?? "nothing"
    await writeFile(
      join(project(), "broken.ts"),
      (programs.get("world.ts") ?? "").replace(`=== "退出"`, `=== "更换"`)
    )
    const { failed, output } = await runProgram("broken.ts")
    assert.isTrue(failed)
    assert.include(output, shown)
  })
})
