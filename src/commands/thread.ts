import { type ResourceLimits, Worker } from "node:worker_threads"
import { Effect } from "effect"

/**
 * What a thread says at the end of its work, which would keep this one from hearing signals meanwhile. `file`: the module that it runs, and
 * which posts that one message; `task`: what it finds as its `workerData`. Interrupted, the thread ends.
 */
export const fromThread = <Said>(
  file: URL,
  task: unknown,
  resourceLimits: ResourceLimits = {}
): Effect.Effect<Said> =>
  Effect.callback<Said>((resume) => {
    const worker = new Worker(file, { workerData: task, resourceLimits })
    worker.once("message", (said: Said) => resume(Effect.succeed(said)))
    worker.once("error", (error) => resume(Effect.die(error)))
    return Effect.promise(() => worker.terminate())
  })
