/** The thread in which `explore` takes one race through its schedules: signals are heard meanwhile. */
import { parentPort, workerData } from "node:worker_threads"
import { type Exploration, explore, type ExploreOptions } from "../testing/explorer.ts"
import { races } from "../testing/races.ts"
import type { Work } from "./thread-entry.ts"

export interface ExplorationTask {
  /** The race's name. */
  readonly race: string
  readonly options: Pick<ExploreOptions, "fault" | "mostSchedules" | "mostPreemptions">
}

const carryOut = ({ race: name, options }: ExplorationTask): Exploration => {
  const race = races.find((one) => one.name === name)
  if (race === undefined) throw new Error(`no race is called ${name}`)
  return explore(race, options)
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window of a browser
parentPort?.postMessage(carryOut((workerData as Work).task as ExplorationTask))
