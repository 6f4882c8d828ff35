/** The thread in which `simulate` plays its story: signals are heard meanwhile, and it has a heap that suits it. */
import { parentPort, workerData } from "node:worker_threads"
import { report } from "../testing/simulation-report.ts"
import type { SimulationOptions } from "../testing/simulation-result.ts"
import { type Extent, runSimulation } from "../testing/simulation-run.ts"
import { secondsOf } from "../testing/telling.ts"
import type { Work } from "./thread-entry.ts"

export interface SimulationTask {
  readonly options: Omit<SimulationOptions, "tell" | "plant">
  readonly extent: Extent
}

export interface SimulationOutcome {
  /** What to print. */
  readonly lines: ReadonlyArray<string>
  /** The guarantee that is broken; absent: all held. */
  readonly broken?: string
}

/** Room for young objects: an operation lives for some milliseconds of virtual time, and most of it is garbage before it is ever moved. */
export const youngMegabytes = 192

const play = ({ options, extent }: SimulationTask): SimulationOutcome => {
  const told: Array<string> = []
  const tell = (atMillis: number, words: string) => told.push(`${secondsOf(atMillis)}  ${words}`)
  const run = runSimulation("only" in extent ? { ...options, tell } : options, extent)
  const lines = [...told, ...(told.length > 0 ? [""] : []), ...report(options, run)]
  const [broken] = run.result.violations
  return broken === undefined ? { lines } : { lines, broken: broken.guarantee }
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window of a browser
parentPort?.postMessage(play((workerData as Work).task as SimulationTask))
