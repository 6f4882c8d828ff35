/** From the body of a callback to the XML of the message in it, by the mode that the operator set (protocol notes 2.1). */
import { Option, type Redacted, Result, Schema } from "effect"
import { type EnvelopeKeys, openEnvelope } from "./envelope.ts"
import { requestSignature, signatureMatches } from "./signature.ts"
import { readFields } from "./json.ts"

/** The setting decides how a body is read, never the request. `compatible` bodies hold the message twice; only the encrypted part counts. */
export type MessageMode =
  | { readonly _tag: "Plain"; readonly token: Redacted.Redacted }
  | { readonly _tag: "Compatible" | "Safe"; readonly keys: EnvelopeKeys }

/** The fields of a callback's query that are read here, as they came. */
export interface SignedFields {
  readonly signature?: string | undefined
  readonly timestamp?: string | undefined
  readonly nonce?: string | undefined
  readonly msg_signature?: string | undefined
}

/** Not signed by WeChat: of the request, or of the ciphertext. */
export class CallbackUnsigned extends Schema.TaggedError<CallbackUnsigned>()("CallbackUnsigned", {}) {
  override get message() {
    return "The callback carries no valid signature"
  }
}

/** Signed, but no message can be read from it: there is no ciphertext, or it cannot be opened. */
export class CallbackUnreadable extends Schema.TaggedError<CallbackUnreadable>()("CallbackUnreadable", {}) {
  override get message() {
    return "The callback's body cannot be opened"
  }
}

export interface OpenedCallback {
  readonly xml: string
  /** Makes an answer from a reply document: sealed with the key that opened the message, in plain mode as it is. */
  readonly answer: (reply: string, nowSeconds: number) => string
}

/** Whether the query is signed with our token: what a `GET` needs, and every callback before its body is read (notes 1). */
export const isSigned = (token: Redacted.Redacted, { signature, timestamp, nonce }: SignedFields): boolean =>
  timestamp !== undefined &&
  nonce !== undefined &&
  signatureMatches(requestSignature(token, timestamp, nonce), signature)

export const tokenOf = (mode: MessageMode): Redacted.Redacted =>
  mode._tag === "Plain" ? mode.token : mode.keys.token

/**
 * Opens the body of a callback whose query `isSigned`; in the encrypted modes the ciphertext has a signature of its own.
 * Pure and total but for the random bytes of a sealed answer.
 */
export const openSigned = (
  mode: MessageMode,
  query: SignedFields,
  body: string
): Result.Result<OpenedCallback, CallbackUnsigned | CallbackUnreadable> => {
  if (mode._tag === "Plain") return Result.succeed({ xml: body, answer: (reply) => reply })
  if (query.msg_signature === undefined) return Result.fail(new CallbackUnsigned())
  const encrypted = ciphertextOf(body)
  if (Option.isNone(encrypted)) return Result.fail(new CallbackUnreadable())
  const nonce = query.nonce ?? ""
  const stamp = { timestamp: query.timestamp ?? "", nonce }
  return openEnvelope(mode.keys, encrypted.value, stamp, query.msg_signature).pipe(
    Result.map(({ xml, seal }) => ({
      xml,
      answer: (reply: string, nowSeconds: number) =>
        seal(reply, { timestamp: String(Math.trunc(nowSeconds)), nonce })
    })),
    Result.mapError((error) =>
      error._tag === "EnvelopeUnsigned" ? new CallbackUnsigned() : new CallbackUnreadable()
    )
  )
}

/** The one `<Encrypt>` outside what a user wrote. */
const ciphertextOf = (body: string): Option.Option<string> =>
  Option.flatMap(Result.getSuccess(readFields(body)), ({ head, tail }) =>
    Option.fromUndefinedOr(head.get("Encrypt") ?? tail.get("Encrypt"))
  )
