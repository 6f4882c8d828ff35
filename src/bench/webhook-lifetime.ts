import { Effect } from "effect"
import { row } from "./rows.ts"
import type { WebhookExtent } from "./webhook-extent.ts"
import type { WebhookStage } from "./webhook-stage.ts"

const bytesPerMebibyte = 1_024 * 1_024

/** What the process holds after many messages, beside what it held after the first tenth of them. */
export const lifetimeRows = Effect.fnUntraced(function* (
  extent: WebhookExtent,
  { load, ours }: WebhookStage
) {
  const answer = (first: number, messages: number) =>
    load({
      ...extent,
      _tag: "Flood",
      port: ours.port,
      mode: "plain",
      story: "asking",
      first,
      messages
    })

  const tenth = extent.lifetime / 10
  yield* answer(0, tenth)
  const early = yield* ours.memory
  yield* answer(tenth, extent.lifetime - tenth)
  const late = yield* ours.memory
  const name = `after the first ${tenth.toLocaleString("en-US")}`
  const after = `after ${extent.lifetime.toLocaleString("en-US")} messages`
  const mebibytes = (bytes: number) => bytes / bytesPerMebibyte
  return [
    row(`heap ${after}`, "MiB", mebibytes(late.heapBytes), { name, value: mebibytes(early.heapBytes) }),
    row(`memory of the process ${after}`, "MiB", mebibytes(late.residentBytes), {
      name,
      value: mebibytes(early.residentBytes)
    })
  ]
})
