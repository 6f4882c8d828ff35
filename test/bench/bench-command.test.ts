import { spawn } from "node:child_process"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"

const command = new URL("../../src/bench/main.ts", import.meta.url).pathname

/** Starts and ends up to seven processes and four servers, on a machine that may be busy. */
const quickRunTimeoutMillis = 180_000

const bench = (...flags: ReadonlyArray<string>) =>
  new Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>(
    (resolve) => {
      const child = spawn(process.execPath, [command, ...flags])
      let stdout = ""
      let stderr = ""
      child.stdout.on("data", (part) => (stdout += part))
      child.stderr.on("data", (part) => (stderr += part))
      child.once("close", (code) => resolve({ code, stdout, stderr }))
    }
  )

describe("npm run bench", () => {
  it.each([
    { name: "pairing", leastRows: 12 },
    { name: "webhook", leastRows: 13 }
  ])(
    "measures $name and writes rows whose ratios are those of their numbers",
    { timeout: quickRunTimeoutMillis },
    async ({ name, leastRows }) => {
      const folder = await mkdtemp(join(tmpdir(), "bench-"))
      const file = join(folder, "rows.json")
      try {
        const { code, stdout, stderr } = await bench(name, "--quick", "--json", file)
        assert.strictEqual(stderr, "")
        assert.strictEqual(code, 0)
        const rows = JSON.parse(await readFile(file, "utf8")) as ReadonlyArray<Record<string, unknown>>
        assert.isAtLeast(rows.length, leastRows)
        for (const one of rows) {
          assert.deepStrictEqual(Object.keys(one), ["name", "ours", "unit", "peer", "peerName", "ratio"])
          const ratio = Number(one["ours"]) / Number(one["peer"])
          assert.closeTo(Number(one["ratio"]), ratio, Math.abs(ratio) * 0.02)
          assert.include(stdout, String(one["name"]))
        }
      } finally {
        await rm(folder, { recursive: true })
      }
    }
  )

  it("says in one line that it knows no such benchmark", async () => {
    const { code, stdout, stderr } = await bench("nothing")
    assert.strictEqual(code, 1)
    assert.strictEqual(stdout, "")
    assert.strictEqual(stderr.trimEnd().split("\n").length, 1)
    assert.include(stderr, "pairing")
  })

  it("explains itself", async () => {
    const { code, stdout } = await bench("--help")
    assert.strictEqual(code, 0)
    assert.include(stdout, "--json")
  })
})
