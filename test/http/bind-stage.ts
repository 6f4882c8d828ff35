/** The binding page on loopback, over a fake gateway, with everything else as it serves, but in memory. */
import { createServer } from "node:http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Context, Effect, Layer, Option, Redacted } from "effect"
import { FetchHttpClient, HttpRouter } from "effect/http"
import { BindingAttempts } from "../../src/campus/binding-attempts.ts"
import { makeBindLink } from "../../src/campus/bind-link.ts"
import { Bindings } from "../../src/campus/bindings.ts"
import { CardBinding } from "../../src/campus/card-binding.ts"
import { CampusGateway } from "../../src/campus/gateway.ts"
import { linkParameter, Links } from "../../src/campus/links.ts"
import { Background } from "../../src/chat/background.ts"
import { Campus } from "../../src/chat/campus.ts"
import { Ledger } from "../../src/chat/ledger.ts"
import { Mailbox } from "../../src/chat/mailbox.ts"
import { Postman } from "../../src/chat/postman.ts"
import { Sessions } from "../../src/chat/sessions.ts"
import { Openid } from "../../src/core/openid.ts"
import { Database } from "../../src/database/database.ts"
import { bindingFields } from "../../src/http/bind-views.ts"
import { bindRoutes } from "../../src/http/bind.ts"
import { Memcached } from "../../src/memcached/memcached.ts"
import { MemoryStore } from "../../src/memcached/memory-store.ts"
import { WeChatApi } from "../../src/wechat/api.ts"
import { type Answer, fakeGateway, uuid } from "../campus/fake-gateway.ts"
import { freePort } from "../memcached/memcached-process.ts"

export const someone = Openid.make("oSomeone_0123456789012345678")
export const another = Openid.make("oAnother_0123456789012345678")

/** The card that the fake school knows; every other is wrong. */
export const goodCard = { cardNumber: "213130001", password: "pass&word=密码" } as const

export const signedIn: Answer = { body: uuid }
export const refused: Answer = { status: 401, body: "" }

export interface Shown {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

export const bindStage = Effect.gen(function* () {
  const gateway = yield* fakeGateway(({ form }) =>
    form.get("user") === goodCard.cardNumber && form.get("password") === goodCard.password
      ? signedIn
      : refused
  )
  const port = yield* freePort
  const publicUrl = `http://127.0.0.1:${port}`
  const memcached = new MemoryStore()
  const pushed: Array<string> = []
  /** What the school was asked, and who was forgotten, on behalf of the chat. */
  const campusHeard: Array<string> = []

  const campus = Layer.succeed(Campus, {
    answer: (_openid, { button }) => {
      campusHeard.push(button)
      return Effect.succeed([{ _tag: "Hint" }])
    },
    unbind: () => Effect.succeed([]),
    forget: () => Effect.sync(() => void campusHeard.push("forget"))
  })
  const api = WeChatApi.layerMemory((_to, message) =>
    Effect.sync(() => void pushed.push(message._tag === "Text" ? message.content : message._tag))
  )
  const chat = Postman.layer({ delivery: "active" }).pipe(
    Layer.provideMerge(Layer.mergeAll(Ledger.layer, Mailbox.layer, Sessions.layer)),
    Layer.provide([api]),
    Layer.provideMerge(Background.layer)
  )
  const services = CardBinding.layer.pipe(
    Layer.provideMerge(
      Layer.mergeAll(
        Bindings.layer,
        BindingAttempts.layer,
        Links.layer({ publicUrl }),
        CampusGateway.layer({ gatewayUrl: gateway.url, appId: "app-1" }).pipe(
          Layer.provide(FetchHttpClient.layer)
        ),
        campus,
        chat
      )
    ),
    Layer.provideMerge(Layer.merge(Database.layerMemory, Memcached.layerStore(memcached)))
  )
  const server = HttpRouter.serve(bindRoutes({ publicUrl }), { disableLogger: true, disableListenLog: true })
  const context = yield* Layer.build(
    server.pipe(
      Layer.provideMerge(services),
      Layer.provide(NodeHttpServer.layer(() => createServer(), { host: "127.0.0.1", port }))
    )
  )
  // Whoever has just written may be pushed to.
  yield* Context.get(context, Ledger).open(someone, "message")

  const request = (url: string, init: RequestInit = {}) =>
    Effect.promise(async (): Promise<Shown> => {
      const response = await fetch(url, { redirect: "manual", ...init })
      return { status: response.status, headers: response.headers, body: await response.text() }
    })
  const post = (fields: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}) =>
    request(`${publicUrl}/bind`, { method: "POST", body: new URLSearchParams(fields), headers })

  return {
    publicUrl,
    gateway,
    memcached,
    pushed,
    campusHeard,
    context,
    request,
    post,
    /** The address of a new link, and what is sealed in it. */
    newLink: (openid: Openid = someone) =>
      Effect.map(
        Effect.flatMap(Effect.provideContext(makeBindLink, context), (bindLink) => bindLink(openid)),
        (address) => ({ address, sealed: new URL(address).searchParams.get(linkParameter) ?? "" })
      ),
    submit: (sealed: string, card: Readonly<Record<string, string>>, headers = {}) =>
      post({ [linkParameter]: sealed, ...card }, headers),
    unbind: (sealed: string) =>
      post({ [linkParameter]: sealed, [bindingFields.action]: bindingFields.unbind }),
    /** Who is bound, after everything that follows is done. */
    uuidOf: (openid: Openid) =>
      Context.get(context, Background).settled.pipe(
        Effect.andThen(Context.get(context, Bindings).of(openid)),
        Effect.map((found) => Option.getOrUndefined(Option.map(found, Redacted.value)))
      )
  }
})
