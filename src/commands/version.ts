import { readFileSync } from "node:fs"

const manifest: { readonly version: string } = JSON.parse(
  readFileSync(new URL("../../package.json", import.meta.url), "utf8")
)

/** As package.json says, which stands two folders up from here in `src/` and in `dist/`. */
export const { version } = manifest
