/**
 * The peer: node-webot's `wechat` on a bare server, with its session in memcached: `webhook-peer.ts plain|safe MEMCACHED_PORT`. It has
 * the middleware do what our service does: check and read the message, look up the state of its sender, answer by it. The
 * middleware writes the session back after every message by itself.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { createRequire } from "node:module"
import memjs from "memjs"
import { ttlSeconds } from "../chat/keys.ts"
import { stateNumbers } from "../core/session.ts"
import { account } from "./webhook-callback.ts"
import { answerTo } from "./webhook-order.ts"

/** What the middleware takes from connect and adds to a request. */
interface Request extends IncomingMessage {
  query?: Record<string, string>
  session?: { readonly cookie: object }
  sessionStore?: SessionStore
  readonly wxsession?: { readonly state?: number }
}
type Reply = ServerResponse & { readonly reply: (content: string) => void }
type Middleware = (request: Request, response: ServerResponse, next: (error?: Error) => void) => void

/** Like the session stores of connect. */
interface SessionStore {
  readonly get: (id: string, done: (error: Error | null, session?: object) => void) => void
  readonly set: (id: string, session: object, done: (error: Error | null) => void) => void
}

const [mode, memcachedPort] = process.argv.slice(2)

const client = memjs.Client.create(`127.0.0.1:${memcachedPort}`)
const sessionStore: SessionStore = {
  get: (id, done) =>
    client.get(id, (error, value) =>
      value === null ? done(error) : done(error, JSON.parse(value.toString()) as object)
    ),
  set: (id, session, done) =>
    client.set(id, JSON.stringify(session), { expires: ttlSeconds.chat }, (error) => done(error))
}

const wechat = createRequire(import.meta.url)("wechat") as (
  config: unknown,
  handle: (request: Request, response: Reply) => void
) => Middleware
const config =
  mode === "safe"
    ? { token: account.token, appid: account.appId, encodingAESKey: account.aesKey }
    : account.token
const answer = wechat(config, (request, response) =>
  response.reply(answerTo(request.wxsession?.state === stateNumbers.teasing))
)

const server = createServer((request: Request, response) => {
  // Only what connect does for the middleware.
  request.query = Object.fromEntries(new URLSearchParams(request.url?.split("?")[1]))
  request.session = { cookie: {} }
  request.sessionStore = sessionStore
  answer(request, response, () => response.writeHead(500).end())
})
server.listen(0, "127.0.0.1", () => process.send?.(server.address()))
