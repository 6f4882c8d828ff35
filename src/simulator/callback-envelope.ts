/** The three message modes from WeChat's side: how a callback is written, and how its answer is opened (protocol notes 2.1, 4). */
import { Effect, Random } from "effect"
import { encrypt, openEnvelope, type EnvelopeKeys, type Stamp } from "../wechat/envelope.ts"
import { messageSignature } from "../wechat/signature.ts"
import type { CallbackMode } from "./conditions.ts"
import { refuseAnswer } from "./answer-refused.ts"
import { optionalText, readDocument, textOf } from "./reply-document.ts"

/** A callback as it goes out. */
export interface WrittenCallback {
  readonly body: string
  /** What the mode adds to the query. */
  readonly query: { readonly [name: string]: string }
}

const nonceBytes = 16

/** Compatible mode puts the readable fields and the sealed ones into one document, safe mode only the sealed ones. */
export const writeCallback = Effect.fnUntraced(function* (
  mode: CallbackMode,
  keys: EnvelopeKeys | undefined,
  plain: string,
  accountId: string,
  { timestamp, nonce }: Stamp
) {
  if (mode === "plain" || keys === undefined) return { body: plain, query: {} } satisfies WrittenCallback
  const random = yield* Effect.replicateEffect(Random.nextIntBetween(0, 255), nonceBytes)
  const sealed = encrypt(keys.key, keys.appId, plain, Uint8Array.from(random))
  const element = `<Encrypt><![CDATA[${sealed}]]></Encrypt>`
  return {
    body:
      mode === "safe"
        ? `<xml>\n<ToUserName><![CDATA[${accountId}]]></ToUserName>\n${element}\n</xml>`
        : plain.replace(/<\/xml>$/, () => `${element}\n</xml>`),
    query: {
      encrypt_type: "aes",
      msg_signature: messageSignature(keys.token, timestamp, nonce, sealed)
    }
  } satisfies WrittenCallback
})

/** The readable answer. `success` and an empty body need no envelope in any mode (notes 3.1); in safe mode everything else does. */
export const openAnswer = Effect.fnUntraced(function* (
  mode: CallbackMode,
  keys: EnvelopeKeys | undefined,
  body: string
) {
  if (mode === "plain" || keys === undefined || body === "" || body === "success") return body
  const fields = yield* readDocument(body)
  if (!fields.has("Encrypt")) {
    return mode === "compatible" ? body : yield* refuseAnswer("not encrypted")
  }
  const stamp = { timestamp: yield* textOf(fields, "TimeStamp"), nonce: yield* textOf(fields, "Nonce") }
  const sealed = yield* textOf(fields, "Encrypt")
  const opened = openEnvelope(keys, sealed, stamp, yield* optionalText(fields, "MsgSignature"))
  return yield* Effect.fromResult(opened).pipe(
    Effect.map(({ xml }) => xml),
    Effect.catchTags({
      EnvelopeUnsigned: () => Effect.fail(refuseAnswer("signature of the answer is wrong")),
      EnvelopeClosed: () => Effect.fail(refuseAnswer("answer cannot be decrypted"))
    })
  )
})
