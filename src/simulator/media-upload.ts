/** `media/upload` and `media/get`: temporary media by multipart form, as WeChat takes them. */
import { Clock, Effect } from "effect"
import { refuse, type ApiRefusal } from "./errcode.ts"
import { maxMediaBytes, type Media } from "./media-store.ts"
import type { Platform } from "./platform.ts"

const kinds = ["image", "voice", "video", "thumb"] as const

export interface Upload {
  readonly contentType: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** 40004 for another type, 41005 without a file, 45001 for one that is too large. */
export const keepUpload = Effect.fnUntraced(function* (
  platform: Platform["Service"],
  type: string,
  upload: Upload
): Effect.fn.Return<object, ApiRefusal> {
  const kind = kinds.find((one) => one === type)
  if (kind === undefined) return yield* refuse("mediaTypeInvalid")
  const file = yield* fileIn(upload)
  if (file.size > maxMediaBytes) return yield* refuse("mediaTooLarge")
  const bytes = new Uint8Array(yield* Effect.promise(() => file.arrayBuffer()))
  const kept: Media = yield* platform.keepMedia({
    kind,
    contentType: file.type === "" ? "application/octet-stream" : file.type,
    bytes
  })
  const createdAt = Math.floor((yield* Clock.currentTimeMillis) / 1000)
  return { type: kind, media_id: kept.id, created_at: createdAt }
})

/** The form's first file; WeChat calls its field `media`. */
const fileIn = ({ contentType, bytes }: Upload): Effect.Effect<File, ApiRefusal> =>
  Effect.tryPromise({
    try: () => new Response(bytes, { headers: { "content-type": contentType } }).formData(),
    catch: () => refuse("mediaMissing")
  }).pipe(
    Effect.flatMap((form) => {
      const file = [...form.values()].find((value) => typeof value !== "string")
      return file === undefined ? Effect.fail(refuse("mediaMissing")) : Effect.succeed(file)
    })
  )
