import { existsSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { assert, describe, it } from "@effect/vitest"

const root = resolve(import.meta.dirname, "../..")
const page = readFileSync(join(root, "docs/pitfalls.md"), "utf8")

const rows = [...page.matchAll(/^\| (\d+) \|(.*)\| `(test\/[^`]+)`: (.*) \|$/gmu)].map(
  ([, number = "", told = "", file = "", name = ""]) => ({ number: Number(number), told, file, name })
)

describe("docs/pitfalls.md", () => {
  it("has a row for each of the 42", () => {
    assert.deepStrictEqual(
      rows.map(({ number }) => number),
      Array.from({ length: 42 }, (_, index) => index + 1)
    )
  })

  it.each(rows)("$number names a test that exists, and files that do", ({ file, name, told }) => {
    assert.include(readFileSync(join(root, file), "utf8"), name)
    for (const [, link = ""] of told.matchAll(/\]\(\.\.\/([^)]+)\)/gu)) {
      assert.isTrue(existsSync(join(root, link)), link)
    }
  })
})
