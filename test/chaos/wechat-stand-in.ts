/** WeChat's API on loopback: gives tokens, and takes pushes within each person's allowance (protocol notes 5, 6.1, 6.4). */
import { createServer } from "node:http"
import { Effect, type Scope } from "effect"
import type { History } from "./history.ts"

export interface WeChatStandIn {
  readonly url: string
  /** A person acted: a new window. */
  readonly allow: (who: number, kind: "click" | "line") => void
}

export const appId = "wx0123456789abcdef"
export const appSecret = "0123456789abcdef0123456789abcdef"

const openidPrefix = "oChaos_person_"
const openidDigits = 14

export const openidOf = (who: number): string => openidPrefix + String(who).padStart(openidDigits, "0")

const personOf = (openid: string): number | undefined =>
  openid.startsWith(openidPrefix) ? Number(openid.slice(openidPrefix.length)) : undefined

const accessToken = "chaos-token".padEnd(136, "x")
const tokenSeconds = 7_200

/** Since June 2023: five pushes in 48 hours after a message, three in a minute after a click (notes 6.1). */
export const pushesAfter = { line: 5, click: 3 } as const
const windowMillis = { line: 48 * 3_600_000, click: 60_000 } as const

/** A call takes this long on its way to WeChat, one longer than the other so that they overtake; and on its way back. */
const wayMillis = [1, 17, 5, 29, 2, 11, 23] as const
const backMillis = 5

/** Ends with the scope. */
export const weChatStandIn = (history: History): Effect.Effect<WeChatStandIn, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.callback<{ readonly standIn: WeChatStandIn; readonly close: Effect.Effect<void> }>((resume) => {
        let calls = 0
        const allowances = new Map<number, { left: number; readonly until: number }>()

        const send = (body: string): { readonly errcode: number; readonly errmsg: string } => {
          const message = JSON.parse(body) as {
            readonly touser: string
            readonly text?: { readonly content: string }
          }
          const who = personOf(message.touser)
          if (who === undefined || message.text === undefined) return { errcode: 40003, errmsg: "invalid" }
          const allowance = allowances.get(who)
          const at = history.now()
          const errcode =
            allowance === undefined || at > allowance.until ? 45015 : allowance.left <= 0 ? 45047 : 0
          if (errcode !== 0 || allowance === undefined) {
            history.refusals.push({ who, at, errcode })
            return { errcode, errmsg: "no rid: 1-2-3" }
          }
          allowance.left -= 1
          history.received.push({ who, at, text: message.text.content, act: undefined })
          return { errcode: 0, errmsg: "ok" }
        }

        const server = createServer((asked, answer) => {
          const chunks: Array<Buffer> = []
          asked.on("data", (chunk: Buffer) => chunks.push(chunk))
          asked.on("error", () => {})
          asked.on("end", () => {
            const { pathname, searchParams } = new URL(asked.url ?? "/", "http://127.0.0.1")
            const body = Buffer.concat(chunks).toString("utf8")
            const result = (): object => {
              if (pathname === "/cgi-bin/stable_token") {
                return { access_token: accessToken, expires_in: tokenSeconds }
              }
              if (searchParams.get("access_token") !== accessToken) return { errcode: 40001, errmsg: "token" }
              return pathname === "/cgi-bin/message/custom/send"
                ? send(body)
                : { errcode: 48001, errmsg: "no" }
            }
            calls += 1
            setTimeout(
              () => {
                const json = JSON.stringify(result())
                setTimeout(() => {
                  answer.writeHead(200, { "content-type": "application/json" })
                  answer.end(json)
                }, backMillis)
              },
              wayMillis[calls % wayMillis.length]
            )
          })
        })
        server.listen(0, "127.0.0.1", () => {
          const address = server.address()
          const port = typeof address === "object" && address !== null ? address.port : 0
          const standIn: WeChatStandIn = {
            url: `http://127.0.0.1:${port}`,
            allow: (who, kind) => {
              allowances.set(who, { left: pushesAfter[kind], until: history.now() + windowMillis[kind] })
            }
          }
          const close = Effect.callback<void>((done) => {
            server.close(() => done(Effect.void))
            server.closeAllConnections()
          })
          resume(Effect.succeed({ standIn, close }))
        })
      }),
      ({ close }) => close
    ),
    ({ standIn }) => standIn
  )
