/**
 * Real servers, a real memcached and dozens of people, while servers are killed and stopped and memcached forgets everything.
 * `CHAOS_SEED` replays a storm (as far as the machine's timing allows), `CHAOS_SECONDS` and `CHAOS_PEOPLE` make it longer and larger;
 * `CHAOS_HISTORY` names a file for everything that happened.
 */
import { writeFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Console, Effect, Random } from "effect"
import { aftermath } from "./aftermath.ts"
import { everything, story } from "./history.ts"
import type { Finding } from "./finding.ts"
import { judge } from "./judge.ts"
import { stage } from "./stage.ts"
import { storm } from "./storm.ts"

const setting = (name: string, otherwise: number) => Number(process.env[name] ?? otherwise)

const people = setting("CHAOS_PEOPLE", 40)
const stormSeconds = setting("CHAOS_SECONDS", 22)
const pairingTimeoutSeconds = 6
const idleTimeoutSeconds = 5
const millisPerSecond = 1_000
/** Longer than a dead server's claim on a message lasts (14 s), and than a search takes. */
const patienceMillis = 25_000
const findingsShown = 5

describe("a storm", () => {
  it.live(
    "loses no one: lines reach the partner of that moment only, once, in order, and everybody is told",
    () =>
      Effect.gen(function* () {
        const seed = process.env["CHAOS_SEED"] ?? String(yield* Random.nextIntBetween(0, 999_999))
        yield* Console.log(`storm: CHAOS_SEED=${seed} CHAOS_SECONDS=${stormSeconds} CHAOS_PEOPLE=${people}`)
        const world = yield* stage({
          servers: 3,
          variables: {
            PAIRING_TIMEOUT: `${pairingTimeoutSeconds} seconds`,
            CHAT_IDLE_TIMEOUT: `${idleTimeoutSeconds} seconds`
          }
        })
        yield* storm(world, { people, millis: stormSeconds * millisPerSecond, seed })
        const last = yield* aftermath(
          world,
          Array.from({ length: people }, (_, who) => who),
          patienceMillis
        )
        const findings = [...judge(world.history), ...last]
        const file = process.env["CHAOS_HISTORY"]
        if (file !== undefined) writeFileSync(file, everything(world.history))
        const { acts, received, faults, refusals } = world.history
        yield* Console.log(
          `storm: ${acts.length} acts, ${received.length} messages received, ${refusals.length} pushes refused, ${faults.length} faults`
        )
        assert.isAbove(acts.length, people)
        if (findings.length > 0) assert.fail(report(seed, findings))

        function report(seed: string, findings: ReadonlyArray<Finding>): string {
          const shown = findings
            .slice(0, findingsShown)
            .map(
              ({ rule, detail, people, at }) =>
                `  ${rule}\n  at ${(at / millisPerSecond).toFixed(3)}: ${detail}\n${story(world.history, people, at)}`
            )
          return `${findings.length} findings; CHAOS_SEED=${seed} replays\n${shown.join("\n\n")}`
        }
      }),
    (stormSeconds + 120) * millisPerSecond
  )
})
