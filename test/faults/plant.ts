/**
 * Plants each fault of the lists into a copy of the tree and runs the test that has to notice: `npm run faults [-- a list, or part of a name]`.
 * Prints a table; exit code 1 where a fault survived, or where its test, run alone as it is with the fault, fails without one too.
 */
import { spawnSync } from "node:child_process"
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { Change, PlantedFault } from "./planted-fault.ts"
import { faultLists, plantedFaults } from "./planted-faults.ts"

/** A fault can make a test go round for ever; vitest's own limit does not reach a loop that never yields. */
const mostMillis = 180_000

/** What the tests of one run came to: how many there were, and those that failed. */
interface Outcome {
  readonly run: number
  readonly failed: ReadonlyArray<TestResult>
  readonly timedOut: boolean
}

interface TestResult {
  readonly fullName: string
  readonly status: string
  readonly failureMessages: ReadonlyArray<string>
}

/** `NO PROGRAM`: what is planted does not run at all, so that any test would notice. `FAILS ANYWAY`: the test says nothing about the fault. */
type Verdict =
  | "caught"
  | "caught (no end)"
  | "SURVIVED"
  | "NO SUCH TEST"
  | "NO SUCH TEXT"
  | "NO PROGRAM"
  | "FAILS ANYWAY"

const root = fileURLToPath(new URL("../../", import.meta.url))

const copyOfTree = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "xiaohou-faults-"))
  for (const name of readdirSync(root)) {
    if (name !== "node_modules" && name !== ".git") {
      cpSync(join(root, name), join(folder, name), { recursive: true })
    }
  }
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"))
  return folder
}

const runTest = (folder: string, { file, name }: PlantedFault["test"]): Outcome => {
  const report = join(folder, "test-output", "planted.json")
  mkdirSync(join(folder, "test-output"), { recursive: true })
  rmSync(report, { force: true })
  const ended = spawnSync(
    process.execPath,
    [
      join("node_modules", "vitest", "vitest.mjs"),
      "run",
      "--config=test/vitest.config.ts",
      "--reporter=json",
      `--outputFile=${report}`,
      `--testNamePattern=${escaped(name)}`,
      file
    ],
    {
      cwd: folder,
      stdio: "ignore",
      timeout: mostMillis,
      killSignal: "SIGKILL"
    }
  )
  if (ended.signal === "SIGKILL") return { run: 0, failed: [], timedOut: true }
  const each = resultsIn(report)
  const failed = each.filter(({ status }) => status === "failed")
  return { run: each.filter(({ status }) => status !== "skipped").length, failed, timedOut: false }
}

const resultsIn = (report: string): ReadonlyArray<TestResult> => {
  const { testResults } = JSON.parse(readFileSync(report, "utf8")) as {
    readonly testResults: ReadonlyArray<{ readonly assertionResults: ReadonlyArray<TestResult> }>
  }
  return testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status !== "pending")
}

const escaped = (name: string): string => name.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)

/** The changed files as they were; undefined: a text does not stand in its file exactly once. */
const plant = (folder: string, changes: ReadonlyArray<Change>): ReadonlyMap<string, string> | undefined => {
  const before = new Map<string, string>()
  const after = new Map<string, string>()
  for (const { file, text, replacement } of changes) {
    const path = join(folder, file)
    const words = after.get(path) ?? readFileSync(path, "utf8")
    if (!before.has(path)) before.set(path, words)
    const [front, back, more] = words.split(text)
    if (front === undefined || back === undefined || more !== undefined) return undefined
    after.set(path, front + replacement + back)
  }
  for (const [path, words] of after) writeFileSync(path, words)
  return before
}

/** Whether a test passes alone and without a fault; tests that catch several are run once. */
const passesWithout = (folder: string, test: PlantedFault["test"]): boolean => {
  const name = `${test.file} ${test.name}`
  const { failed, timedOut } = sound.get(name) ?? runTest(folder, test)
  sound.set(name, { run: 1, failed, timedOut })
  return failed.length === 0 && !timedOut
}
const sound = new Map<string, Outcome>()

const verdictOn = (folder: string, { changes, test }: PlantedFault): Verdict => {
  const before = plant(folder, changes)
  if (before === undefined) return "NO SUCH TEXT"
  const { run, failed, timedOut } = runTest(folder, test)
  for (const [path, words] of before) writeFileSync(path, words)
  if (!timedOut && run === 0) return "NO SUCH TEST"
  if ((timedOut || failed.length > 0) && !passesWithout(folder, test)) return "FAILS ANYWAY"
  if (timedOut) return "caught (no end)"
  const noProgram = failed.some(({ failureMessages }) =>
    /ReferenceError|SyntaxError/.test(String(failureMessages))
  )
  if (noProgram) return "NO PROGRAM"
  return failed.length > 0 ? "caught" : "SURVIVED"
}

const [part = ""] = process.argv.slice(2)
const isList = (name: string): name is keyof typeof faultLists => Object.hasOwn(faultLists, name)
const chosen = isList(part) ? faultLists[part] : plantedFaults.filter(({ name }) => name.includes(part))
if (chosen.length === 0) {
  console.error(
    `no list of this name, and no fault whose name contains "${part}"; lists: ${Object.keys(faultLists).join(", ")}`
  )
  process.exit(1)
}
const folder = copyOfTree()
let caught = 0
try {
  console.log("| fault | breaks | test | result | seconds |\n|---|---|---|---|---|")
  for (const fault of chosen) {
    const begun = performance.now()
    const verdict = verdictOn(folder, fault)
    const seconds = ((performance.now() - begun) / 1_000).toFixed(1)
    const test = `\`${fault.test.file}\`: ${fault.test.name}`
    console.log(`| ${fault.name} | ${fault.breaks} | ${test} | ${verdict} | ${seconds} |`)
    if (verdict.startsWith("caught")) caught += 1
    else process.exitCode = 1
  }
  console.log(`\n${caught} of ${chosen.length} caught`)
} finally {
  rmSync(folder, { recursive: true })
}
