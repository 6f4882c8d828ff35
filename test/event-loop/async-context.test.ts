import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { loadWithoutAsyncContext } from "../../src/event-loop/async-context.ts"
import { finished, node, projectFolder, start } from "../service/xiaohou-process.ts"

/** Says at the end how often a fiber of Effect took Node's asynchronous context along. */
const counting = `
  import { createHook } from "node:async_hooks"
  let taken = 0
  createHook({ init: (_, type) => { if (type === "effect/Fiber") taken += 1 } }).enable()
  process.on("exit", () => console.error("contexts taken along: " + taken))`

const counted = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(counting)}` }

/** By the process itself and by each of its threads. */
const contextsTaken = (stderr: string) =>
  [...stderr.matchAll(/contexts taken along: (\d+)/gu)].map(([, count]) => Number(count))

describe("Node's asynchronous context", () => {
  it.live("is taken along by every fiber that waits, as Effect is made", () =>
    Effect.gen(function* () {
      const program = `import { Effect } from "effect"; await Effect.runPromise(Effect.sleep(1))`
      const running = yield* start([node, "--input-type=module", "--eval", program], counted, projectFolder)
      const [taken] = contextsTaken((yield* running.ended).stderr)
      assert.isAbove(taken ?? 0, 0)
    })
  )

  it.live("is taken along by none of the commands, nor by their threads", () =>
    Effect.gen(function* () {
      const ended = yield* finished(["simulate", "--seed", "1", "--users", "4", "--steps", "200"], counted)
      assert.strictEqual(ended.code, 0, ended.stderr)
      assert.deepStrictEqual(contextsTaken(ended.stderr), [0, 0])
    })
  )

  it("is there for everybody else when the modules are loaded, or could not be", async () => {
    const seen = () => process.getBuiltinModule("node:async_hooks")
    assert.isUndefined(await loadWithoutAsyncContext(() => Promise.resolve(seen())))
    assert.isDefined(seen())
    const failed = loadWithoutAsyncContext(() => Promise.reject(new Error("no such module")))
    await failed.then(assert.fail, () => undefined)
    assert.isDefined(seen())
  })
})
