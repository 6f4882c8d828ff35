import { type ResourceLimits, Worker } from "node:worker_threads"
import { Effect } from "effect"
import type { Work } from "./thread-entry.ts"

const entry = new URL("thread-entry.ts", import.meta.url)

/**
 * What a thread says at the end of its work; this thread hears signals meanwhile. `file`: the module that the thread runs,
 * which posts that one message; `task`: that of its `workerData`. If this is interrupted, the thread ends.
 */
export const fromThread = <Said>(
  file: URL,
  task: unknown,
  resourceLimits: ResourceLimits = {}
): Effect.Effect<Said> =>
  Effect.callback<Said>((resume) => {
    const worker = new Worker(entry, { workerData: { file: file.href, task } satisfies Work, resourceLimits })
    worker.once("message", (said: Said) => resume(Effect.succeed(said)))
    worker.once("error", (error) => resume(Effect.die(error)))
    return Effect.promise(() => worker.terminate())
  })
