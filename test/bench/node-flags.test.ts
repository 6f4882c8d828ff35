import { readFileSync } from "node:fs"
import { assert, it } from "@effect/vitest"
import { nodeFlags } from "../../src/bench/node-flags.ts"

it("what is measured runs with the flags of npm start", () => {
  const { scripts } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"))
  assert.strictEqual(scripts.start, ["exec node", ...nodeFlags, "src/main.ts"].join(" "))
})
