/**
 * Makes sure that what the tests start is on this machine: `node test/prepare.ts`, at the start of `npm test`.
 * On Debian as root it installs what is missing; elsewhere it says in one sentence what to install.
 */
import { spawnSync } from "node:child_process"
import { accessSync, constants, existsSync, readdirSync } from "node:fs"
import { delimiter, join } from "node:path"

interface Need {
  /** Debian's name. */
  readonly package: string
  readonly present: () => boolean
}

const folders = (process.env["PATH"] ?? "").split(delimiter)

const command = (name: string) => (): boolean => folders.some((folder) => runnable(join(folder, name)))

const runnable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const fontFolders = [
  "/usr/share/fonts/opentype/noto",
  "/usr/share/fonts/noto-cjk",
  "/usr/share/fonts/google-noto-cjk"
]

const chineseFont = (): boolean =>
  fontFolders.some((folder) => existsSync(folder) && readdirSync(folder).some((file) => file.includes("CJK")))

/** Debian keeps the server of each version outside PATH. */
const postgresql = (): boolean => existsSync("/usr/lib/postgresql") || command("postgres")()

const needs: ReadonlyArray<Need> = [
  { package: "memcached", present: command("memcached") },
  { package: "redis-server", present: command("redis-server") },
  { package: "postgresql", present: postgresql },
  { package: "chromium", present: command("chromium") },
  { package: "fonts-noto-cjk", present: chineseFont },
  { package: "python3", present: command("python3") }
]

const missing = (): ReadonlyArray<string> =>
  needs.filter((need) => !need.present()).map((need) => need.package)

const apt = (...args: ReadonlyArray<string>): boolean =>
  spawnSync("apt-get", args, {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" }
  }).status === 0

const wanted = missing()
if (wanted.length > 0) {
  const mayInstall = process.getuid?.() === 0 && command("apt-get")()
  if (mayInstall) {
    // A list that is not quite fresh is often good enough to install from.
    apt("update", "-qq")
    apt("install", "-y", "-qq", "--no-install-recommends", ...wanted)
  }
  const stillWanted = missing()
  if (stillWanted.length === 0) {
    console.log(`Installed for the tests: ${wanted.join(", ")}.`)
  } else {
    console.error(`The tests need these Debian packages, please install them: ${stillWanted.join(", ")}.`)
    process.exitCode = 1
  }
}
