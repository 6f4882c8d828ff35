/** Where each thread begins: it loads the module that does its work, and Effect as the main thread does. */
import { workerData } from "node:worker_threads"
import { loadWithoutAsyncContext } from "../event-loop/async-context.ts"

/** What the thread is to do. `file`: the address of the module, which reads `task` as it is loaded. */
export interface Work {
  readonly file: string
  readonly task: unknown
}

await loadWithoutAsyncContext(() => import((workerData as Work).file))
