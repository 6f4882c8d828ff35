import { simulated, type PlantedFault } from "./planted-fault.ts"

const pushes = "protocol/6-customer-messages"
const errcodes = "protocol/6.4-errcodes"

/** Against the bodies and errcodes of customer messages (protocol notes 6.2, 6.4). */
export const simulatorPushFaults: ReadonlyArray<PlantedFault> = [
  simulated(
    "notes 6.2",
    "a message menu cannot be tapped",
    ["custom-message.ts", "</a>`", "`"],
    [pushes, "text, image, voice, video, music, news"]
  ),
  simulated(
    "notes 6.2",
    "mpnewsarticle is no type",
    ["custom-message.ts", 'case "mpnewsarticle":', 'case "article":'],
    [pushes, "text, image, voice, video, music, news"]
  ),
  simulated(
    "notes 6.2",
    "a message menu may be empty",
    ["custom-message.ts", "menu.list.length < 1 || ", ""],
    [pushes, "msgmenu: sizes limited"]
  ),
  simulated(
    "notes 6.2",
    "the items of a message menu may have any length",
    ["custom-message.ts", " || Buffer.byteLength(content) > maxMenuItemBytes", ""],
    [pushes, "msgmenu: sizes limited"]
  ),
  simulated(
    "notes 6.2",
    "the grey line under what an AI wrote is missing",
    ["account-side.ts", "if (madeByAi) yield*", "if (!madeByAi && madeByAi) yield*"],
    [pushes, "aimsgcontext puts the grey line under the message"]
  ),
  simulated(
    "notes 6.2",
    "escapes are undone",
    ["custom-message.ts", "const text = withLiteralEscapes(body)", "const text = body"],
    [pushes, "escapes are shown literally"]
  ),
  simulated(
    "notes 6.4",
    "outside the window the count is said to be used up",
    [
      "allowance.ts",
      'if (nowMillis >= allowance.untilMillis) return Result.fail(refuse("outsideWindow"))',
      'if (nowMillis >= allowance.untilMillis) return Result.fail(refuse("allowanceUsedUp"))'
    ],
    [pushes, "follows the account: 3, 1 min; after it 45015"]
  ),
  simulated(
    "notes 6.4",
    "the words of 45015 are others",
    ["errcode.ts", "response out of time limit or subscription is canceled", "out of time"],
    [errcodes, "every errcode can be had on demand"]
  ),
  simulated(
    "notes 6.4",
    "a forced errcode comes with the push all the same",
    [
      "api.ts",
      "refusal === undefined ? work : Effect.fail(refuseWith(refusal.errcode))",
      "refusal === undefined ? work : Effect.andThen(Effect.ignore(work), Effect.fail(refuseWith(refusal.errcode)))"
    ],
    [errcodes, "every errcode can be had on demand"]
  ),
  simulated(
    "notes 6.4",
    "an openid that there is not does not follow",
    [
      "account-side.ts",
      'if (phone === undefined) return Effect.fail(refuse("openidInvalid"))',
      'if (phone === undefined) return Effect.fail(refuse("notFollowing"))'
    ],
    [errcodes, "40003 unknown openid"]
  ),
  simulated(
    "notes 6.4",
    "who left gets pushes",
    [
      "account-side.ts",
      'phone.following ? Effect.succeed(phone) : Effect.fail(refuse("notFollowing"))',
      "Effect.succeed(phone)"
    ],
    [errcodes, "43004 does not follow"]
  ),
  simulated(
    "notes 6.4",
    "an empty text is pushed",
    ["custom-message.ts", 'if (content === "") return Effect.fail(refuse("textEmpty"))\n', ""],
    [errcodes, "44004 empty"]
  ),
  simulated(
    "notes 6.4",
    "a push is measured in characters",
    [
      "custom-message.ts",
      "return Buffer.byteLength(content) > maxTextBytes",
      "return content.length > maxTextBytes"
    ],
    [errcodes, "45002 too long"]
  ),
  simulated(
    "notes 6.4",
    "two articles are pushed",
    ["custom-message.ts", "news.articles.length === 1", "news.articles.length > 0"],
    [errcodes, "45008 two articles"]
  ),
  simulated(
    "notes 6.4",
    "any media id is pushed",
    ["account-side.ts", "!knowsMedia(message.mediaId, nowMillis)", 'message.mediaId === ""'],
    [errcodes, "40007, 40008, 47001, 44002"]
  ),
  simulated(
    "notes 6.4",
    "a type that there is not is bad JSON",
    [
      "custom-message.ts",
      'return yield* refuse("messageTypeInvalid")',
      'return yield* refuse("jsonInvalid")'
    ],
    [errcodes, "40007, 40008, 47001, 44002"]
  ),
  simulated(
    "notes 6.4",
    "an empty body is bad JSON",
    ["account-call.ts", 'Effect.fail(refuse("bodyEmpty"))', 'Effect.fail(refuse("jsonInvalid"))'],
    [errcodes, "40007, 40008, 47001, 44002"]
  ),
  simulated(
    "notes 6.4",
    "a refused push costs one of the allowance",
    [
      "account-side.ts",
      'if ("mediaId" in message',
      'book.update(openid, (old) => ({ ...old, allowance: { ...old.allowance, left: old.allowance.left - 1 } }))\n      if ("mediaId" in message'
    ],
    [errcodes, "none costs allowance"]
  )
]
