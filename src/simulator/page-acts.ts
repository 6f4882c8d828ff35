/** What people do on the page: acts of the phones, switches of the conditions, and the things that phones send. */
import { ByteSize, Effect, Schema } from "effect"
import { HttpIncomingMessage, HttpServerResponse, type HttpRouter, type HttpServerRequest } from "effect/http"
import { ConditionsChange } from "./conditions.ts"
import { maxMediaBytes } from "./media-store.ts"
import { PhoneAct } from "./phone-act.ts"
import type { Platform } from "./platform.ts"

/** Adds `POST /simulator/…` and the media to `GET`. */
export const addPageActs = Effect.fnUntraced(function* (
  router: HttpRouter.HttpRouter,
  platform: Platform["Service"]
) {
  const scope = yield* Effect.scope
  yield* router.add("POST", "/simulator/act", (request) =>
    takeJson(PageAct)(request).pipe(
      Effect.flatMap(
        Effect.fnUntraced(function* (act) {
          const isFull = (yield* platform.snapshot).phones.length >= maxPhones
          if (isFull && !("openid" in act)) return HttpServerResponse.empty({ status: 409 })
          yield* Effect.forkIn(Effect.ignore(carryOut(platform, act)), scope)
          return HttpServerResponse.empty({ status: 202 })
        })
      ),
      Effect.orElseSucceed(notUnderstood)
    )
  )
  yield* router.add("POST", "/simulator/conditions", (request) =>
    takeJson(ConditionsChange)(request).pipe(
      Effect.flatMap(platform.change),
      Effect.map((conditions) => HttpServerResponse.jsonUnsafe(conditions)),
      Effect.orElseSucceed(notUnderstood)
    )
  )
  yield* router.add("POST", "/simulator/revoke-tokens", (request) =>
    takeJson(Schema.Struct({}))(request).pipe(
      Effect.andThen(platform.account.revokeTokens),
      Effect.as(HttpServerResponse.empty({ status: 204 })),
      Effect.orElseSucceed(notUnderstood)
    )
  )
  yield* router.add("POST", "/simulator/media", (request) => keepThing(platform, request))
  yield* router.add("GET", "/simulator/media/*", (request) => showThing(platform, request))
})

/** A text of the longest sort with room to spare. */
const maxActSize = ByteSize.kibibytes(128)

/** A page is no load test; more phones than this no screen shows. Past that 409. */
const maxPhones = 64

/** Openids travel in the body, so that no log of addresses shows them. */
const PageAct = Schema.Union([
  Schema.Struct({ openid: Schema.String, does: PhoneAct }),
  Schema.Struct({ does: Schema.Struct({ act: Schema.Literal("add") }) })
])

class NotJson extends Schema.TaggedError<NotJson>()("NotJson", {}) {
  override get message(): string {
    return "the page sends JSON"
  }
}

const notUnderstood = () => HttpServerResponse.empty({ status: 400 })

/** Only JSON: another site's form cannot send it without asking first. */
const takeJson = <A>(schema: Schema.ConstraintCodec<A, unknown>) =>
  Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
    if (!(request.headers["content-type"] ?? "").startsWith("application/json")) return yield* new NotJson()
    const text = yield* Effect.provideService(request.text, HttpIncomingMessage.MaxBodySize, maxActSize)
    return yield* Schema.decodeEffect(Schema.fromJsonString(schema))(text)
  })

const carryOut = Effect.fnUntraced(function* (platform: Platform["Service"], act: typeof PageAct.Type) {
  return yield* "openid" in act ? platform.act(act.openid, act.does) : platform.follow
})

/** Kinds of things by the content type that a browser names; no form of another site can send these types. */
const kindOf = (contentType: string): "image" | "voice" | "video" | undefined => {
  if (contentType.startsWith("image/")) return "image"
  if (contentType.startsWith("audio/")) return "voice"
  return contentType.startsWith("video/") ? "video" : undefined
}

const keepThing = (platform: Platform["Service"], request: HttpServerRequest.HttpServerRequest) => {
  const contentType = request.headers["content-type"] ?? ""
  const kind = kindOf(contentType)
  if (kind === undefined) return Effect.succeed(notUnderstood())
  return request.arrayBuffer.pipe(
    Effect.provideService(HttpIncomingMessage.MaxBodySize, ByteSize.bytes(maxMediaBytes)),
    Effect.flatMap((bytes) => platform.keepMedia({ kind, contentType, bytes: new Uint8Array(bytes) })),
    Effect.map(({ id }) => HttpServerResponse.jsonUnsafe({ kind, mediaId: id })),
    Effect.orElseSucceed(() => HttpServerResponse.empty({ status: 413 }))
  )
}

/** Somebody's file is shown as what it is and never run as a page. */
const showThing = Effect.fnUntraced(function* (
  platform: Platform["Service"],
  request: HttpServerRequest.HttpServerRequest
) {
  const id = new URL(request.url, "http://localhost").pathname.split("/").at(-1) ?? ""
  const found = yield* platform.media(id)
  if (found === undefined) return HttpServerResponse.empty({ status: 404 })
  return HttpServerResponse.uint8Array(found.bytes, {
    contentType: found.contentType,
    headers: {
      "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      "cache-control": "private, max-age=86400",
      "x-content-type-options": "nosniff"
    }
  })
})
