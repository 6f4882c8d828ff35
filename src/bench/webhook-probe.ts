/** Loaded before the program of a server process: says by IPC what the process used so far, and ends it with the benchmark. */
import { processorMicros } from "./processor-time.ts"
import type { Memory, Question } from "./webhook-order.ts"

const memory = (): Memory => {
  // Once for the young objects, once for what the first run left behind.
  global.gc?.()
  global.gc?.()
  const { heapUsed, rss } = process.memoryUsage()
  return { heapBytes: heapUsed, residentBytes: rss }
}

process.on("message", (question: Question) => {
  process.send?.(question === "memory" ? memory() : processorMicros())
})
process.once("disconnect", () => process.exit(0))
