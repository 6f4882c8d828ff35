/** Generated values of the core: few names, so that people meet, and texts that look like commands. */
import { Arbitrary, Schema } from "effect"
import { buttons } from "../core/button.ts"
import { Content } from "../core/content.ts"
import { ChatEvent } from "../core/event.ts"
import { words } from "../core/intent.ts"
import { Openid } from "../core/openid.ts"
import { CloseReason, type Room, RoomId, WriteId } from "../core/room.ts"
import { Chat, Session } from "../core/session.ts"
import type { Input } from "./action.ts"

export const people = ["oA", "oB", "oC", "oD", "oE"].map((name) => Openid.make(name))
export const roomNames = ["roomone1", "roomtwo2", "roomthree3"].map((name) => RoomId.make(name))
export const mark = WriteId.make("writtenbyme1")

export const person = Schema.Literals(people)
export const roomName = Schema.Literals(roomNames)

const commands = [...buttons, words.tease, words.help]

/** Typed words: plain ones, commands, commands behind either `#`, with spaces around and inside. */
export const typed = Schema.Union([
  Schema.String,
  Schema.Literals(commands),
  Schema.Literals(
    commands.flatMap((command) => [`#${command}`, `＃${command}`, ` # ${command}\n`, ` ${command} `])
  ),
  Schema.Literals(["#", "＃", "##退出", "#退出了", "退出。", "0012", "下 节课", ""])
])

/** Times close to each other, so that deadlines pass and do not pass. */
export const instant = Schema.Literals([0, 1, 2, 3, 4, 5, 6])

/** A state of the state machine, with and without news that the user has not been told. */
export const anyChat = Arbitrary.schema(Chat)

/** An event of the state machine: what a user does, and how a look for a partner comes out. */
export const anyEvent: Arbitrary.Arbitrary<ChatEvent> = Arbitrary.schema(
  Schema.Union([
    ChatEvent,
    Schema.TaggedStruct("Said", { text: typed }),
    Schema.TaggedStruct("Sent", { content: Content })
  ])
)

/** What a user does, not how a search came out. */
export type UserEvent = Exclude<ChatEvent, { readonly _tag: "PartnerFound" | "NobodyThere" | "Waited" }>

export const anyUserEvent: Arbitrary.Arbitrary<UserEvent> = Arbitrary.filter(
  anyEvent,
  (event): event is UserEvent =>
    event._tag !== "PartnerFound" && event._tag !== "NobodyThere" && event._tag !== "Waited"
)

/** What a user can do on the phone of a simulated world. */
export const anyInput: Arbitrary.Arbitrary<Input> = Arbitrary.schema(
  Schema.Union([
    Schema.TaggedStruct("Press", { button: Schema.Literals(buttons) }),
    Schema.TaggedStruct("Say", { text: typed }),
    Schema.TaggedStruct("Follow", {}),
    Schema.TaggedStruct("Unfollow", {})
  ])
)

/** A session as memcached may hold it, also one that makes no sense: a state without its room, a room without a partner. */
export const anySession: Arbitrary.Arbitrary<Session> = Arbitrary.schema(
  Schema.Struct({
    state: Session.fields.state,
    room: Schema.optionalKey(roomName),
    partner: Schema.optionalKey(person),
    writtenBy: Schema.Literal(mark),
    tellingUntilMillis: Schema.optionalKey(instant)
  })
)

/** A room as memcached may hold it; nobody is in it twice. */
export const anyRoom: Arbitrary.Arbitrary<Room> = Arbitrary.filter(
  Arbitrary.schema(
    Schema.Union([
      Schema.TaggedStruct("Waiting", {
        opener: person,
        openedAtMillis: instant,
        deadlineMillis: instant,
        writtenBy: Schema.Literal(mark)
      }),
      Schema.TaggedStruct("Open", {
        opener: person,
        joiner: person,
        sinceMillis: instant,
        writtenBy: Schema.Literal(mark)
      }),
      Schema.TaggedStruct("Closed", {
        opener: person,
        joiner: Schema.optionalKey(person),
        why: CloseReason,
        closedBy: Schema.optionalKey(person),
        closedAtMillis: instant,
        writtenBy: Schema.Literal(mark)
      })
    ])
  ),
  (room) => room._tag === "Waiting" || room.joiner !== room.opener
)
