import { type DateTime, Layer } from "effect"
import { Acquaintances } from "./acquaintances.ts"
import { Agenda } from "./agenda.ts"
import { Background } from "./background.ts"
import { Blocks } from "./blocks.ts"
import { ChatStatus } from "./chat-status.ts"
import { Conversations } from "./conversations.ts"
import { Duplicates } from "./duplicates.ts"
import { Inbox } from "./inbox.ts"
import { LastLines } from "./last-lines.ts"
import { LastPartners } from "./last-partners.ts"
import { Ledger } from "./ledger.ts"
import { Lobby } from "./lobby.ts"
import { Mailbox } from "./mailbox.ts"
import { Matchmaker } from "./matchmaker.ts"
import { MessageLimit } from "./message-limit.ts"
import { News } from "./news.ts"
import { Postman } from "./postman.ts"
import type { DeliveryMode } from "./pushing.ts"
import { Rooms } from "./rooms.ts"
import { Sessions } from "./sessions.ts"
import { Sweeper } from "./sweeper.ts"
import { UnsavedReports } from "./unsaved-reports.ts"

/** What the chat needs to know of the settings. */
export interface ChatSettings {
  readonly pairingTimeoutMillis: number
  readonly chatIdleTimeoutMillis: number
  readonly timeZone: DateTime.TimeZone
  readonly weChat: { readonly delivery: DeliveryMode }
}

/** The chat on memcached and WeChat's API: the whole of it, as every server, test and simulation runs it. */
export const chatLayer = (settings: ChatSettings) => {
  const times = {
    pairingTimeoutMillis: settings.pairingTimeoutMillis,
    idleTimeoutMillis: settings.chatIdleTimeoutMillis
  }
  const stores = Layer.mergeAll(
    Agenda.layer,
    Blocks.layer,
    Duplicates.layer,
    LastLines.layer,
    Ledger.layer,
    Lobby.layer,
    Mailbox.layer,
    MessageLimit.layer,
    Rooms.layer,
    Sessions.layer,
    UnsavedReports.layer
  ).pipe(Layer.provideMerge(Layer.merge(Acquaintances.layer, LastPartners.layer)))
  return Layer.mergeAll(Inbox.layer, ChatStatus.layer, Sweeper.layer(times)).pipe(
    Layer.provideMerge(Conversations.layer(settings)),
    Layer.provideMerge(Matchmaker.layer(times)),
    Layer.provideMerge(News.layer),
    Layer.provideMerge(Postman.layer(settings.weChat)),
    Layer.provideMerge(stores),
    Layer.provideMerge(Background.layer)
  )
}
