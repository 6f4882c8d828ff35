import { connect } from "node:net"
import { Effect } from "effect"
import { eventually } from "./eventually.ts"

/** The state number stored for a user, read with memcached's own text protocol; 0 when nothing is stored. */
export const storedState = (port: number, openid: string): Promise<number> =>
  new Promise((done, failed) => {
    let text = ""
    const socket = connect(port, "127.0.0.1", () => void socket.write(`get s:${openid}\r\n`))
    socket.once("error", failed)
    socket.on("data", (chunk) => {
      text += chunk.toString("utf8")
      if (!text.endsWith("END\r\n")) return
      socket.destroy()
      const value: unknown = text === "END\r\n" ? { state: 0 } : JSON.parse(text.split("\r\n")[1] ?? "{}")
      done((value as { readonly state: number }).state)
    })
  })

/** Who was told by push is in the new state as soon as that is written down. */
export const settles = (
  port: number,
  openid: string,
  state: number,
  withinMillis?: number
): Effect.Effect<void> =>
  Effect.asVoid(
    eventually(
      `state ${state} is stored`,
      async () => ((await storedState(port, openid)) === state ? true : undefined),
      withinMillis
    )
  )
