/** The media that phones sent and the account uploaded, by their ids (temporary media of WeChat: three days). */
import { Clock, Effect, Random } from "effect"
import { dayMillis } from "../core/durations.ts"
import { samplePicture, sampleSound } from "./media-samples.ts"
import type { FollowersAct } from "./phone-act.ts"
import { randomName } from "./token-issuer.ts"

export interface Media {
  readonly id: string
  readonly kind: "image" | "voice" | "video" | "thumb"
  readonly contentType: string
  readonly bytes: Uint8Array
  readonly untilMillis: number
}

export type NewMedia = Pick<Media, "kind" | "contentType" | "bytes">

/** WeChat keeps temporary media for three days (unverified, from its documentation of `media/upload`). */
const mediaLifeMillis = 3 * dayMillis
/** The memory stays small: the oldest goes first. */
const mediaKept = 60
/** Enough for a picture or a voice message; WeChat takes more of some kinds. */
export const maxMediaBytes = 2_097_152
const mediaIdCharacters = 64

export const makeMediaStore = () => {
  const media = new Map<string, Media>()

  const keep = Effect.fnUntraced(function* (one: NewMedia) {
    const untilMillis = (yield* Clock.currentTimeMillis) + mediaLifeMillis
    const kept: Media = { ...one, id: yield* randomName(mediaIdCharacters), untilMillis }
    media.set(kept.id, kept)
    const [oldest] = media.keys()
    if (media.size > mediaKept && oldest !== undefined) media.delete(oldest)
    return kept
  })

  /** The media id of what an act sends: that of the upload, else of one of our samples; empty for other acts. */
  const idFor = Effect.fnUntraced(function* (act: FollowersAct) {
    if ("mediaId" in act && act.mediaId !== undefined) return act.mediaId
    switch (act.act) {
      case "voice":
        return (yield* keep({ kind: "voice", ...sampleSound })).id
      case "image":
      case "video":
      case "shortvideo": {
        const picture = samplePicture(yield* Random.nextIntBetween(0, 360))
        return (yield* keep({ kind: act.act === "image" ? "image" : "video", ...picture })).id
      }
      default:
        return ""
    }
  })

  return {
    keep,
    idFor,
    find: (id: string, nowMillis: number): Media | undefined => {
      const found = media.get(id)
      return found !== undefined && nowMillis < found.untilMillis ? found : undefined
    }
  }
}
