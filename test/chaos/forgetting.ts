/** Lets a running memcached lose some of its items, as when it evicts them. */
import { connect } from "node:net"
import { Effect } from "effect"
import type { Address } from "../memcached/memcached-process.ts"

/** The names of everything that is stored. */
export const storedKeys = (memcached: Address): Effect.Effect<ReadonlyArray<string>> =>
  Effect.map(talk(memcached, "lru_crawler metadump all\r\n", "END\r\n"), (dump) =>
    [...dump.matchAll(/^key=(\S+)/gm)].map(([, key = ""]) => decodeURIComponent(key))
  )

export const forget = (memcached: Address, keys: ReadonlyArray<string>): Effect.Effect<void> =>
  keys.length === 0
    ? Effect.void
    : Effect.asVoid(
        talk(memcached, `${keys.map((key) => `delete ${key} noreply\r\n`).join("")}mn\r\n`, "MN\r\n")
      )

/** Says something and listens until the last words of the answer; whatever came, if the connection breaks. */
const talk = ({ host, port }: Address, words: string, last: string): Effect.Effect<string> =>
  Effect.callback<string>((resume) => {
    let heard = ""
    const socket = connect(port, host, () => socket.write(words))
    const end = () => {
      socket.destroy()
      resume(Effect.succeed(heard))
    }
    socket.on("data", (chunk) => {
      heard += chunk.toString("latin1")
      if (heard.endsWith(last)) end()
    })
    socket.once("error", end)
    socket.once("close", end)
  })
