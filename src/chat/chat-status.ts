/** The chat interface of the original design (OpenChat, ChangeStatus, GetStatus, GetTarget, DelChat), as typed operations. */
import { Context, Effect, Layer, Option, Schema } from "effect"
import type { Openid } from "../core/openid.ts"
import { type Chat, sessionOf, type StateNumber, stateNumber, stateNumbers } from "../core/session.ts"
import { transition } from "../core/transitions.ts"
import type { MemcachedError } from "../memcached/memcached.ts"
import { Conversations } from "./conversations.ts"
import { newWriteId } from "./identifiers.ts"
import { Sessions } from "./sessions.ts"

const StatusNumber = Schema.Literals(Object.values(stateNumbers))

/** The state machine has no way from the one state to the other. */
export class TransitionRefused extends Schema.TaggedError<TransitionRefused>()("TransitionRefused", {
  from: StatusNumber,
  to: StatusNumber
}) {
  override get message() {
    return `no transition leads from state ${this.from} to state ${this.to}`
  }
}

export class ChatStatus extends Context.Service<
  ChatStatus,
  {
    /** OpenChat: begins to look for a partner; the number afterwards, 1 or 11. In another state than 0: nothing happens. */
    readonly openChat: (openid: Openid) => Effect.Effect<StateNumber, MemcachedError>
    /** ChangeStatus: the number afterwards, which is 11 if `to` is 1 and a partner was there. */
    readonly changeStatus: (
      openid: Openid,
      to: StateNumber
    ) => Effect.Effect<StateNumber, MemcachedError | TransitionRefused>
    /** GetStatus: 0 when there is none. */
    readonly status: (openid: Openid) => Effect.Effect<StateNumber, MemcachedError>
    /** GetTarget: the partner, of a pair only. */
    readonly target: (openid: Openid) => Effect.Effect<Option.Option<Openid>, MemcachedError>
    /** DelChat: leaves whatever the user is in. */
    readonly deleteChat: (openid: Openid) => Effect.Effect<void, MemcachedError>
  }
>()("xiaohou/chat/ChatStatus") {
  static readonly layer = Layer.effect(
    ChatStatus,
    Effect.gen(function* () {
      const conversations = yield* Conversations
      const sessions = yield* Sessions

      const status = (openid: Openid) => Effect.map(conversations.chatOf(openid), stateNumber)

      const hide = Effect.fnUntraced(function* (openid: Openid, chat: Chat) {
        if (chat._tag !== "Paired" || !chat.shown) return
        const stored = yield* sessions.read(openid)
        if (stored.value?.room !== chat.room) return
        const writtenBy = yield* newWriteId
        yield* sessions.write(openid, stored, sessionOf({ ...chat, shown: false }, writtenBy))
      })

      const changeStatus = Effect.fnUntraced(function* (openid: Openid, to: StateNumber) {
        const chat = yield* conversations.chatOf(openid)
        const from = stateNumber(chat)
        const way = transition(from, to)
        if (way === undefined) return yield* new TransitionRefused({ from, to })
        if (way._tag === "By") yield* conversations.handle(openid, way.event)
        else if (from !== to) yield* hide(openid, chat)
        return yield* status(openid)
      })

      return ChatStatus.of({
        openChat: Effect.fnUntraced(function* (openid) {
          if ((yield* status(openid)) === stateNumbers.ordinary) {
            yield* conversations.handle(openid, { _tag: "Pressed", button: "配对" })
          }
          return yield* status(openid)
        }),
        changeStatus,
        status,
        target: (openid) =>
          Effect.map(conversations.chatOf(openid), (chat) =>
            chat._tag === "Paired" ? Option.some(chat.partner) : Option.none()
          ),
        deleteChat: (openid) =>
          Effect.asVoid(conversations.handle(openid, { _tag: "Pressed", button: "退出" }))
      })
    })
  )
}
