/** The page with the phones: its files, its stream of changes, and what people do on it. */
import { readFileSync } from "node:fs"
import { ByteSize, Duration, Effect, Layer, Schedule, Schema, Stream } from "effect"
import { Sse } from "effect/encoding"
import { HttpIncomingMessage, HttpRouter, HttpServerResponse, type HttpServerRequest } from "effect/http"
import { Platform, type ActError, type PhoneFollowing } from "./platform.ts"

/** `GET /`, its files and `/simulator/…`; they need `Platform`. */
export const simulatorPageRoutes: Layer.Layer<never, never, HttpRouter.HttpRouter | Platform> =
  HttpRouter.use(
    Effect.fnUntraced(function* (router) {
      const platform = yield* Platform
      const scope = yield* Effect.scope
      for (const { path, file, contentType } of pageFiles) {
        const body = readFileSync(new URL(`./page/${file}`, import.meta.url))
        yield* router.add(
          "GET",
          path,
          HttpServerResponse.uint8Array(body, { contentType, headers: pageHeaders })
        )
      }
      yield* router.add("GET", "/simulator/events", eventStream(platform))
      yield* router.add("POST", "/simulator/act", (request) =>
        takeAct(request).pipe(
          Effect.flatMap((act) => Effect.forkIn(Effect.ignore(carryOut(platform, act)), scope)),
          Effect.as(HttpServerResponse.empty({ status: 202 })),
          Effect.orElseSucceed(() => HttpServerResponse.empty({ status: 400 })),
          Effect.provideService(HttpIncomingMessage.MaxBodySize, maxActSize)
        )
      )
    })
  )

/**
 * Ends the streams of open pages when its scope closes. Provide it beside or outside the layer that serves the routes
 * (`Layer.mergeAll(HttpRouter.serve(routes), endPageStreams)`): a server waits for open answers before it closes.
 */
export const endPageStreams: Layer.Layer<never, never, Platform> = Layer.effectDiscard(
  Effect.gen(function* () {
    const platform = yield* Platform
    yield* Effect.addFinalizer(() => platform.endStreams)
  })
)

/** Follows the account with so many phones as soon as the service passes WeChat's check of its address. */
export const firstPhones = (count: number): Layer.Layer<never, never, Platform> =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const platform = yield* Platform
      const verified = platform.verify.pipe(
        Effect.repeat({ until: (passed) => passed, schedule: Schedule.spaced(verifyEvery) }),
        Effect.timeoutOption(verifyFor)
      )
      const follows = Effect.replicateEffect(platform.follow, count, { concurrency: "unbounded" })
      yield* Effect.forkScoped(Effect.andThen(verified, follows))
    })
  )

/** Often enough that nobody notices a wait; the service starts beside us. */
const verifyEvery = Duration.millis(100)
/** After this long the phones appear anyway and show what is wrong. */
const verifyFor = Duration.seconds(20)

/** A text of the longest sort with room to spare. */
const maxActSize = ByteSize.kibibytes(128)

/** A page is no load test; more phones than this no screen shows. */
const maxPhones = 64

/** Proxies and browsers give up on a stream that is silent for much longer. */
const heartbeatEvery = Duration.seconds(15)

const pageHeaders = {
  "cache-control": "no-cache",
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff"
}

const script = (file: string) =>
  ({ path: `/simulator/${file}`, file, contentType: "text/javascript; charset=utf-8" }) as const

const stylesheet = (file: string) =>
  ({ path: `/simulator/${file}`, file, contentType: "text/css; charset=utf-8" }) as const

const pageFiles = [
  { path: "/", file: "index.html", contentType: "text/html; charset=utf-8" },
  { path: "/simulator/icon.svg", file: "icon.svg", contentType: "image/svg+xml" },
  stylesheet("page.css"),
  stylesheet("phone.css"),
  stylesheet("conversation.css"),
  script("element.js"),
  script("bubble-view.js"),
  script("menu-view.js"),
  script("phone-view.js"),
  script("wire-view.js"),
  script("phones.js")
] as const

/** What a person does on the page. Openids travel in the body, so that no log of addresses shows them. */
const Act = Schema.Union([
  Schema.Struct({ act: Schema.Literal("add") }),
  Schema.Struct({
    act: Schema.Literal("say"),
    openid: Schema.String,
    text: Schema.NonEmptyString,
    menuId: Schema.optionalKey(Schema.String)
  }),
  Schema.Struct({ act: Schema.Literal("press"), openid: Schema.String, key: Schema.String }),
  Schema.Struct({
    act: Schema.Literals(["image", "sticker", "follow", "unfollow"]),
    openid: Schema.String
  })
])

class NotJson extends Schema.TaggedError<NotJson>()("NotJson", {}) {
  override get message(): string {
    return "the page sends JSON"
  }
}

/** Only JSON: another site's form cannot send it without asking first. */
const takeAct = Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
  if (!(request.headers["content-type"] ?? "").startsWith("application/json")) return yield* new NotJson()
  return yield* Schema.decodeEffect(Schema.fromJsonString(Act))(yield* request.text)
})

const carryOut = Effect.fnUntraced(function* (
  platform: Platform["Service"],
  act: typeof Act.Type
): Effect.fn.Return<unknown, ActError | PhoneFollowing> {
  switch (act.act) {
    case "add":
      return (yield* platform.snapshot).phones.length < maxPhones ? yield* platform.follow : undefined
    case "say":
      return yield* platform.say(act.openid, act.text, act.menuId)
    case "press":
      return yield* platform.press(act.openid, act.key)
    case "image":
      return yield* platform.sendImage(act.openid)
    case "sticker":
      return yield* platform.sendSticker(act.openid)
    case "follow":
      return yield* platform.followAgain(act.openid)
    case "unfollow":
      return yield* platform.unfollow(act.openid)
  }
})

const eventStream = (platform: Platform["Service"]): HttpServerResponse.HttpServerResponse => {
  const heartbeats = Stream.map(Stream.tick(heartbeatEvery), () => ": still here\n\n")
  const events = platform.changes.pipe(
    Stream.map((change) =>
      Sse.encoder.write({ _tag: "Event", event: "message", id: undefined, data: JSON.stringify(change) })
    ),
    Stream.merge(heartbeats, { haltStrategy: "left" }),
    Stream.encodeText
  )
  return HttpServerResponse.stream(events, {
    contentType: "text/event-stream",
    // Without `close` the connection would idle on after the stream, and the server would wait for it.
    headers: { "cache-control": "no-store", connection: "close", "x-content-type-options": "nosniff" }
  })
}
