/** The entry: takes signals from its first line on, since loading what the commands need takes most of a second. */
let loading = true

// Afterwards the commands take the first signal, and a second one must not cut their end short.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (loading) process.exit(0)
  })
}

const { runCommandLine } = await import("./commands/xiaohou.ts")
loading = false
runCommandLine()
