import { readFileSync } from "node:fs"

/** What `npm start` gives Node; everything that is measured gets the same, ours and the peers. */
export const nodeFlags: ReadonlyArray<string> = (
  JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    readonly scripts: { readonly start: string }
  }
).scripts.start
  .split(" ")
  .filter((word) => word.startsWith("--"))
