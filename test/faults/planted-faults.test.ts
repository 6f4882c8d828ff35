import { existsSync, readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { plantedFaults } from "./planted-faults.ts"

const root = new URL("../../", import.meta.url)
const read = (file: string): string => readFileSync(new URL(file, root), "utf8")

describe("the list of planted faults", () => {
  it.each(plantedFaults)("$name: what it replaces stands there once", ({ changes }) => {
    for (const { file, text, replacement } of changes) {
      assert.lengthOf(read(file).split(text), 2, `${file} does not hold this once: ${text}`)
      assert.notStrictEqual(text, replacement)
    }
  })

  it.each(plantedFaults)("$name: the test that notices is there", ({ test }) => {
    assert.isTrue(existsSync(new URL(test.file, root)), test.file)
  })

  it("no two have the same name", () => {
    assert.strictEqual(new Set(plantedFaults.map(({ name }) => name)).size, plantedFaults.length)
  })
})
