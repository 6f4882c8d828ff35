import { simulated, type PlantedFault } from "./planted-fault.ts"

const verification = "protocol/1-verification"
const callbacks = "protocol/2.1-callbacks"
const encryption = "protocol/4-encryption"

/** Against how the simulated WeChat calls a bot: verification, modes, common fields, encryption (protocol notes 1, 2.1, 2.2, 4). */
export const simulatorLineFaults: ReadonlyArray<PlantedFault> = [
  simulated(
    "notes 1",
    "the check of an address carries more than its four fields",
    [
      "address-check.ts",
      'url.searchParams.set("echostr", echo)',
      'url.searchParams.set("echostr", echo)\n  url.searchParams.set("openid", "")'
    ],
    [verification, "query: signature, timestamp, nonce, echostr"]
  ),
  simulated(
    "notes 1",
    "what is signed is not sorted first",
    ["src/wechat/signature.ts", "parts.toSorted()", "parts"],
    [verification, "hash: sha1 of token, timestamp and nonce"]
  ),
  simulated(
    "notes 1",
    "an echostr with something around it passes",
    ["address-check.ts", "if (body === echo)", "if (body.includes(echo))"],
    [verification, "success: the body is echostr exactly"]
  ),
  simulated(
    "notes 1",
    "the check of an address waits for longer than 5 s",
    [
      "address-check.ts",
      "exchange(HttpClientRequest.get(url), line.attemptLimitMillis)",
      "exchange(HttpClientRequest.get(url), line.attemptLimitMillis + 1)"
    ],
    [verification, "timing: the same 5 s limit as pushes"]
  ),
  simulated(
    "notes 1",
    "a refused signature looks like any other status",
    ["address-check.ts", "if (status === 401 || status === 403)", "if (status === 0)"],
    [verification, "told apart in plain words, once"]
  ),
  simulated(
    "notes 2.1",
    "the query of a message has no openid",
    ["callback-exchange.ts", 'url.searchParams.set("openid", openid)', "void openid"],
    [callbacks, "plain: signature, timestamp, nonce and openid"]
  ),
  simulated(
    "notes 2.1",
    "a message comes as application/xml",
    ["callback-exchange.ts", '"text/xml"', '"application/xml"'],
    [callbacks, "plain: signature, timestamp, nonce and openid"]
  ),
  simulated(
    "notes 2.1",
    "a message carries a header of ours",
    [
      "callback-exchange.ts",
      "HttpClientRequest.bodyText(written.body,",
      'HttpClientRequest.setHeader("traceparent", "00-1-1-00"), HttpClientRequest.bodyText(written.body,'
    ],
    [callbacks, "plain: signature, timestamp, nonce and openid"]
  ),
  simulated(
    "notes 2.1",
    "compatible mode has no readable fields",
    ["callback-envelope.ts", 'mode === "safe"\n', 'mode !== "plain"\n'],
    [callbacks, "compatible: encrypt_type=aes and msg_signature as well"]
  ),
  simulated(
    "notes 2.1",
    "safe mode leaves the readable fields in",
    ["callback-envelope.ts", 'mode === "safe"\n', "keys === undefined\n"],
    [callbacks, "safe: the same query as compatible"]
  ),
  simulated(
    "notes 2.1",
    "encrypt_type is missing",
    ["callback-envelope.ts", 'encrypt_type: "aes",', ""],
    [callbacks, "compatible: encrypt_type=aes and msg_signature as well"]
  ),
  simulated(
    "notes 2.1",
    "msg_signature does not cover the ciphertext",
    [
      "callback-envelope.ts",
      "messageSignature(keys.token, timestamp, nonce, sealed)",
      'messageSignature(keys.token, timestamp, nonce, "")'
    ],
    [callbacks, "safe: the same query as compatible"]
  ),
  simulated(
    "notes 2.1",
    "ToUserName and FromUserName are swapped in a message",
    [
      "callback-body.ts",
      "`<xml><ToUserName>${cdata(header.accountId)}</ToUserName>`",
      "`<xml><ToUserName>${cdata(header.openid)}</ToUserName>`"
    ],
    [callbacks, "ToUserName is the account's gh_…"]
  ),
  simulated(
    "notes 2.1",
    "openids have 20 characters",
    ["platform.ts", "const openidCharacters = 28", "const openidCharacters = 20"],
    [callbacks, "ToUserName is the account's gh_…"]
  ),
  simulated(
    "notes 2.1",
    "the elements stand on one line",
    ["callback-body.ts", '    "</xml>"\n  ].join("\\n")', '    "</xml>"\n  ].join("")'],
    [callbacks, "these come first, line by line"]
  ),
  simulated(
    "notes 2.2",
    "CreateTime is in milliseconds",
    [
      "callback-body.ts",
      "`<CreateTime>${header.createTimeSeconds}</CreateTime>`",
      "`<CreateTime>${header.createTimeSeconds * 1000}</CreateTime>`"
    ],
    [callbacks, "CreateTime is integer seconds"]
  ),
  simulated(
    "notes 2.2",
    "a MsgId fits into a double",
    ["callback-body.ts", "<< 32n", "<< 16n"],
    [callbacks, "MsgId a 64-bit integer past what a double holds"]
  ),
  simulated(
    "notes 2.2",
    "messages of one second have the same MsgId",
    ["platform.ts", "messageCount += 1", "messageCount += 0"],
    [callbacks, "another for each message"]
  ),
  simulated(
    "notes 2.2",
    "Idx is missing in a message from an article",
    ["callback-body.ts", ", `<Idx>${act.article.index}</Idx>`", ""],
    [callbacks, "a message that came from an article"]
  ),
  simulated(
    "notes 4",
    "padding is to 16 bytes",
    ["src/wechat/envelope.ts", "const blockBytes = 32", "const blockBytes = 16"],
    [encryption, "PKCS#7 with block size 32"]
  ),
  simulated(
    "notes 4",
    "a block that is full gets no padding",
    [
      "src/wechat/envelope.ts",
      "blockBytes - (plain.length % blockBytes)\n",
      "(blockBytes - (plain.length % blockBytes)) % blockBytes\n"
    ],
    [encryption, "PKCS#7 with block size 32"]
  ),
  simulated(
    "notes 4",
    "the app id at the tail is missing",
    ["src/wechat/envelope.ts", ', message, Buffer.from(appId, "utf8")])', ", message])"],
    [encryption, "random(16), length, message, appid"]
  ),
  simulated(
    "notes 4",
    "the 16 random bytes are always the same",
    ["callback-envelope.ts", "Random.nextIntBetween(0, 255)", "Effect.succeed(7)"],
    [encryption, "random(16), length, message, appid"]
  ),
  simulated(
    "notes 4",
    "a key with spare bits in its last character is another one",
    [
      "src/wechat/envelope.ts",
      "const bytes = Buffer.from(",
      "const bytes = /B$/.test(Redacted.value(key)) ? Buffer.alloc(32) : Buffer.from("
    ],
    [encryption, "the 43rd character may carry non-zero spare bits"]
  ),
  simulated(
    "notes 4",
    "a readable reply passes in safe mode",
    ["callback-envelope.ts", 'return mode === "compatible" ? body :', 'return mode !== "plain" ? body :'],
    [encryption, "a reply that is not encrypted, in safe mode"]
  ),
  simulated(
    "notes 2.1",
    "a readable reply is refused in compatible mode",
    ["callback-envelope.ts", 'return mode === "compatible" ? body :', 'return mode === "plain" ? body :'],
    [encryption, "in compatible mode a reply may be plain or encrypted"]
  ),
  simulated(
    "notes 4",
    "the signature of a sealed reply is not checked",
    [
      "src/wechat/envelope.ts",
      "if (!signatureMatches(expected, msgSignature))",
      "if (expected === msgSignature + msgSignature)"
    ],
    [encryption, "the fault sentence for msg_signature wrong"]
  ),
  simulated(
    "notes 4",
    "a reply sealed for another app id passes",
    [
      "src/wechat/envelope.ts",
      '!plain.subarray(end).equals(Buffer.from(appId, "utf8"))',
      "plain.length === 0"
    ],
    [encryption, "another appid at the tail"]
  ),
  simulated(
    "notes 4",
    "the wire does not show what was in an envelope",
    ["callbacks.ts", 'exchanged.requestBody === callback.body ? "" : callback.body', '""'],
    [encryption, "the wire shows what was inside"]
  )
]
