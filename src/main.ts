/** The entry: takes signals from its first line on, since loading what the commands need takes most of a second. */
import { enableCompileCache } from "node:module"
import { loadWithoutAsyncContext } from "./event-loop/async-context.ts"

let loading = true

// From then on the commands handle the first signal, and a second one must not cut their end short.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (loading) process.exit(0)
  })
}

// A third of the start is spent on compiling; from the second start on the code is kept in the folder for temporary files.
enableCompileCache()
const { runCommandLine } = await loadWithoutAsyncContext(() => import("./commands/xiaohou.ts"))
loading = false
runCommandLine()
