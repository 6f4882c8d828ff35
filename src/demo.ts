/** The demo: the service with a simulated WeChat beside it, which it reaches over HTTP like the real one. */
import { Console, Context, Effect, Layer, Random, Redacted, Schedule } from "effect"
import { FetchHttpClient, HttpRouter, HttpServer } from "effect/http"
import { chatbotLayer, listen, serviceLayer, stateLayer, weChatLayer } from "./app.ts"
import { campusLayer } from "./campus/campus-layer.ts"
import type { ChatbotSettings } from "./chatbot/teasing.ts"
import { Reports } from "./chat/reports.ts"
import { LinkSecret } from "./chat/secret-keys.ts"
import { Database } from "./database/database.ts"
import { Conversations } from "./chat/conversations.ts"
import { Lobby } from "./chat/lobby.ts"
import { Openid } from "./core/openid.ts"
import { stateNumber } from "./core/session.ts"
import type { Settings } from "./settings.ts"
import { campusPath, simulatorCampusRoutes } from "./simulator/campus-gateway.ts"
import { students } from "./simulator/campus-students.ts"
import type { Look } from "./simulator/page-state.ts"
import { simulatorApiRoutes } from "./simulator/api.ts"
import { endPageStreams, firstPhones, simulatorPageRoutes } from "./simulator/phones.ts"
import { Platform } from "./simulator/platform.ts"
import { simsimiRoutes } from "./simulator/simsimi.ts"
import { WeChatApi } from "./wechat/api.ts"
import { ourMenu } from "./wechat/menu.ts"

const phonesAtFirst = 2
const loopback = "127.0.0.1"

/** What the console of the simulated account says; the secrets are new with each start. */
const account = { accountId: "gh_0123456789ab", appId: "wx0123456789abcdef" } as const

/** Service, simulated WeChat and page; prints where the page is. */
export const demoLayer = (settings: Settings) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const callbackUrl = `http://${loopback}:${yield* portOf(yield* HttpServer.HttpServer)}/wechat`
      const token = Redacted.make(yield* secret)
      const appSecret = Redacted.make(yield* secret)
      const simsimiKey = Redacted.make(yield* secret)
      const platform = Platform.layer({ callbackUrls: [callbackUrl], token, appSecret, ...account }).pipe(
        Layer.provide(FetchHttpClient.layer)
      )
      // Built on its own, since the service has to call where the API listens.
      const simulated = yield* Layer.build(
        HttpRouter.serve(
          Layer.mergeAll(
            simulatorApiRoutes,
            simsimiRoutes(simsimiKey),
            simulatorCampusRoutes(settings.timeZone)
          ),
          quiet
        ).pipe(Layer.provideMerge(Layer.merge(platform, listen(loopback, 0))))
      )
      const apiUrl = `http://${loopback}:${yield* portOf(Context.get(simulated, HttpServer.HttpServer))}`
      const weChat = {
        ...settings.weChat,
        ...account,
        appSecret,
        apiUrl,
        delivery: "active",
        messageMode: "plain"
      } as const
      const chatbot: ChatbotSettings =
        settings.chatbot._tag === "None"
          ? { _tag: "SimSimi", url: apiUrl, key: simsimiKey }
          : settings.chatbot
      // Nothing that the demo signs or seals outlives it.
      const linkSecret = settings.linkSecret ?? (yield* LinkSecret)
      const demoSettings = {
        ...settings,
        linkSecret,
        weChat,
        // A school that the settings name is asked in the demo too.
        campusUrl: settings.campusUrl ?? apiUrl + campusPath
      }
      const service = serviceLayer(
        demoSettings,
        token,
        simulatorPageRoutes(lookAtChat),
        settings.campusUrl === undefined ? bindNote : undefined
      ).pipe(
        Layer.provideMerge(weChatLayer(weChat)),
        Layer.provide([campusLayer(demoSettings), chatbotLayer(chatbot), Reports.layer]),
        Layer.provide(stateLayer(settings))
      )
      return Layer.mergeAll(pushMenu, announce(settings), firstPhones(phonesAtFirst), endPageStreams).pipe(
        Layer.provide(service),
        Layer.provide(Layer.succeed(Platform, Context.get(simulated, Platform)))
      )
    })
  ).pipe(
    Layer.provide(listen(settings.host, settings.port)),
    // Before anybody can connect: a request that comes while the service is still being put together waits.
    Layer.provide(Database.layer(settings.databaseUrl))
  )

/** Who is in which state, as the tab 状态 of the page shows it. */
const lookAtChat = Effect.gen(function* () {
  const conversations = yield* Conversations
  const lobby = yield* Lobby
  const person = Effect.fnUntraced(function* (openid: string) {
    const chat = yield* conversations.chatOf(Openid.make(openid))
    return {
      openid,
      state: stateNumber(chat),
      ...("room" in chat ? { room: chat.room } : {}),
      ...("partner" in chat ? { partner: chat.partner } : {})
    }
  })
  const look: Look = (openids) =>
    Effect.all({
      people: Effect.forEach(openids, person, { concurrency: "unbounded" }),
      waiting: Effect.map(lobby.read, ({ entries }) => entries.length)
    })
  return look
})

/** The cards that the binding page accepts in the demo. */
const bindNote = `演示用的校园卡：${students.map(({ card, password }) => `${card}，密码 ${password}`).join("；或 ")}`

const quiet = { disableLogger: true, disableListenLog: true } as const

/** Enough for a busy machine to finish its start. */
const menuTries = 20

const pushMenu = Layer.effectDiscard(
  Effect.gen(function* () {
    const api = yield* WeChatApi
    // A machine that is busy with the start may miss the first answer; phones without a menu are no demo.
    const pushed = Effect.retry(api.menuCreate(ourMenu), {
      schedule: Schedule.spaced("1 second"),
      times: menuTries
    })
    yield* Effect.catch(pushed, (error) =>
      Effect.logWarning("the menu could not be pushed to the simulated WeChat", { problem: error.message })
    )
  })
)

const announce = (settings: Settings) =>
  Layer.effectDiscard(
    Console.log(
      [
        "",
        `  小猴 is running, with a simulated WeChat beside it. Two phones: ${settings.publicUrl}/`,
        "  Press 更多 → 配对 on both, then type. Ctrl+C ends it.",
        ""
      ].join("\n")
    )
  )

const portOf = (server: HttpServer.HttpServer["Service"]) =>
  server.address._tag === "UnixPathAddress"
    ? Effect.die(new Error("listening on a path, not on a port"))
    : Effect.succeed(server.address.port)

const secret = Effect.map(Effect.replicateEffect(Random.nextInt, 2), (numbers) =>
  numbers.map((number) => Math.abs(number).toString(36)).join("")
)
