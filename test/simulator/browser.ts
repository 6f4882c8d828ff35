/** Chromium without a window, for the tests of the page. */
import { Effect } from "effect"
import { chromium, type Browser } from "playwright-core"

const launchOptions = {
  executablePath: "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync"
  ]
}

export const browser = Effect.acquireRelease(
  Effect.promise((): Promise<Browser> => chromium.launch(launchOptions)),
  (running) => Effect.promise(() => running.close())
)
