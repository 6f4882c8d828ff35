/** The wiring on one page: which layer stands on which. */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Effect, Layer, Predicate, type Redacted, Schema } from "effect"
import { HttpRouter } from "effect/http"
import { PrometheusMetrics } from "effect/observability"
import { campusLayer } from "./campus/campus-layer.ts"
import { CardBinding } from "./campus/card-binding.ts"
import { Background } from "./chat/background.ts"
import { chatLayer } from "./chat/chat-layer.ts"
import { isGuessable, LinkSecret, linkSecretLeastCharacters } from "./chat/secret-keys.ts"
import { Reports } from "./chat/reports.ts"
import { Sweeper } from "./chat/sweeper.ts"
import { UnsavedReports } from "./chat/unsaved-reports.ts"
import { wordFilterLayer } from "./chat/word-filter.ts"
import { botClientLayer } from "./chatbot/bot-exchange.ts"
import { type ChatbotSettings, teaseLayer } from "./chatbot/teasing.ts"
import { Database } from "./database/database.ts"
import { bindRoutes } from "./http/bind.ts"
import { booksRoutes } from "./http/books.ts"
import { healthRoutes } from "./http/health.ts"
import { homeRoute } from "./http/home.ts"
import { boundedServer, KeptConnections } from "./http/kept-connections.ts"
import { PastRouter } from "./http/past-router.ts"
import { timetableRoutes } from "./http/timetable.ts"
import { webhookRoutes } from "./http/webhook.ts"
import { Memcached } from "./memcached/memcached.ts"
import type { Settings, WeChatSettings } from "./settings.ts"
import { AccessToken } from "./wechat/access-token.ts"
import { WeChatApi } from "./wechat/api.ts"
import { WeChatUnreachable } from "./wechat/api-exchange.ts"
import { ApiTransport } from "./wechat/api-transport.ts"
import type { MessageMode } from "./wechat/message-mode.ts"

/**
 * Requests under way are finished within this time, which is a little more than any answer takes. Together with the time for
 * letting go of connections and for background work it stays well under the 10 s of SIGTERM.
 */
const finishRequestsMillis = 4_700

/** The state in memcached, or in this process if no server is named. */
export const stateLayer = (settings: Pick<Settings, "memcached">): Layer.Layer<Memcached> =>
  settings.memcached.servers.length > 0 ? Memcached.layerMemjs(settings.memcached) : Memcached.layerMemory

/** Warns if `stateLayer` keeps the state in this process. */
const stateWarning = (settings: Pick<Settings, "memcached">): Layer.Layer<never> =>
  settings.memcached.servers.length > 0
    ? Layer.empty
    : Layer.effectDiscard(
        Effect.logWarning(
          "MEMCACHED_SERVERS is not set: chats live in this process, end with it, and cannot be shared"
        )
      )

/** LINK_SECRET, with a warning if it can be guessed; or a secret that ends with this process, and a warning. */
export const linkSecretLayer = ({ linkSecret }: Pick<Settings, "linkSecret">): Layer.Layer<never> =>
  linkSecret === undefined
    ? Layer.effectDiscard(
        Effect.logWarning(
          "LINK_SECRET is not set: links and sealed lines of this start are of no use after it, nor on other servers"
        )
      )
    : Layer.merge(
        Layer.succeed(LinkSecret, linkSecret),
        isGuessable(linkSecret) ? Layer.effectDiscard(Effect.logWarning(guessable)) : Layer.empty
      )

const guessable = `LINK_SECRET can be guessed: it has less than ${linkSecretLeastCharacters} characters`

/** WeChat's API as far as the credentials go; without them nothing can be pushed. */
export const weChatLayer = (weChat: WeChatSettings): Layer.Layer<WeChatApi, never, Memcached> => {
  const { appId, appSecret, apiUrl } = weChat
  if (appId === undefined || appSecret === undefined) {
    return WeChatApi.layerMemory(() => Effect.fail(new WeChatUnreachable({ reason: "token" })))
  }
  return WeChatApi.layer({ apiUrl }).pipe(
    Layer.provide(AccessToken.layer({ apiUrl, appId, appSecret })),
    Layer.provide(ApiTransport.layer)
  )
}

/** Tease mode, with the chatbot that the settings name. */
export const chatbotLayer = (chatbot: ChatbotSettings) =>
  teaseLayer(chatbot).pipe(Layer.provide(botClientLayer))

/** The address cannot be listened on: taken, not ours, or not permitted. */
export class CannotListen extends Schema.TaggedError<CannotListen>()("CannotListen", {
  host: Schema.String,
  port: Schema.Natural,
  problem: Schema.String
}) {
  override get message() {
    return `cannot listen on HOST ${this.host}, PORT ${this.port}: ${this.problem}`
  }
}

/** Listens on an address; requests under way are finished when the scope closes. */
export const listen = (host: string, port: number) =>
  Layer.unwrap(
    Effect.sync(() => {
      const { server, kept, pastRouter, refuseEarly } = boundedServer()
      return Layer.effectDiscard(Effect.addFinalizer(() => Effect.sync(refuseEarly))).pipe(
        Layer.provideMerge(
          NodeHttpServer.layer(() => server, { host, port, gracefulShutdownTimeout: finishRequestsMillis })
        ),
        Layer.merge(Layer.succeed(KeptConnections, kept)),
        Layer.merge(Layer.succeed(PastRouter, pastRouter))
      )
    })
  ).pipe(
    Layer.catchTag("ServeError", ({ cause }) =>
      Layer.effectContext(
        Effect.fail(
          new CannotListen({ host, port, problem: Predicate.isError(cause) ? cause.message : String(cause) })
        )
      )
    )
  )

/** Comes before the server closes, since it stands on it. */
const lettingGo = Layer.effectDiscard(
  Effect.flatMap(KeptConnections, ({ letGo }) => Effect.addFinalizer(() => letGo))
)

/**
 * Everything that the outside reaches, on the server that is provided; `home` is the page at `/`, and `bindNote` stands on the
 * page that binds a card.
 */
export const serviceLayer = <R>(
  settings: Settings,
  token: Redacted.Redacted,
  home: Layer.Layer<never, never, R>,
  bindNote?: string
) => {
  const routes = Layer.mergeAll(
    webhookRoutes(messageMode(settings.weChat, token)),
    bindRoutes({ publicUrl: settings.publicUrl, note: bindNote }),
    timetableRoutes(settings.timeZone),
    booksRoutes(settings),
    healthRoutes,
    PrometheusMetrics.layerHttp({ path: "/metrics", prefix: "xiaohou_" }),
    home
  )
  const server = HttpRouter.serve(routes, { disableLogger: true, disableListenLog: true })
  return Layer.merge(lettingGo, Background.layerEnding).pipe(
    Layer.provideMerge(Layer.mergeAll(server, Sweeper.layerRunning, UnsavedReports.layerRunning)),
    Layer.provide(CardBinding.layer),
    Layer.provide(chatLayer(settings)),
    Layer.provide(wordFilterLayer(settings.wordFilterFile)),
    Layer.provide(linkSecretLayer(settings))
  )
}

/** The service on its own, as `serve` runs it. */
export const serveLayer = (settings: Settings, token: Redacted.Redacted) =>
  serviceLayer(settings, token, homeRoute).pipe(
    // After everything that waits for a neighbour: a request that comes while the service is still being put together waits.
    Layer.provideMerge(listen(settings.host, settings.port)),
    Layer.provide([weChatLayer(settings.weChat), campusLayer(settings), chatbotLayer(settings.chatbot)]),
    Layer.merge(Reports.layerExpiring),
    Layer.provide(Reports.layer),
    Layer.provide(stateLayer(settings)),
    Layer.provide(Database.layer(settings.databaseUrl)),
    Layer.merge(stateWarning(settings))
  )

const messageMode = (weChat: WeChatSettings, token: Redacted.Redacted): MessageMode => {
  const { messageMode: mode, aesKey, previousAesKey, appId } = weChat
  if (mode === "plain" || aesKey === undefined || appId === undefined) return { _tag: "Plain", token }
  return {
    _tag: mode === "safe" ? "Safe" : "Compatible",
    keys: { token, appId, key: aesKey, previousKey: previousAesKey }
  }
}
