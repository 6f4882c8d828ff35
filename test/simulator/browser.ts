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

let started: Promise<Browser> | undefined

/** One for all tests of a worker, since a start is dear, and it ends with the worker; each test leaves it without pages. */
export const browser = Effect.acquireRelease(
  Effect.promise(() => (started ??= chromium.launch(launchOptions))),
  (running) => Effect.promise(() => Promise.all(running.contexts().map((context) => context.close())))
)
