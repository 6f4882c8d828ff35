/** How much of the webhook is measured. */
export interface WebhookExtent {
  /** Messages of one round. */
  readonly messages: number
  /** Rounds whose numbers do not count, until the code is compiled. */
  readonly warmUpRounds: number
  readonly rounds: number
  /** Connections, each with one message under way. */
  readonly connections: number
  /** Enough that nobody comes near the limit of messages. */
  readonly people: number
  /** Messages of a round of relays at half the peak rate. */
  readonly streamed: number
  /** Over so many messages memory is watched. */
  readonly lifetime: number
}

export const fullWebhookExtent: WebhookExtent = {
  messages: 20_000,
  warmUpRounds: 4,
  rounds: 7,
  connections: 64,
  people: 40_000,
  streamed: 20_000,
  lifetime: 1_000_000
}

/** Shows within seconds that everything works; its numbers mean little. */
export const quickWebhookExtent: WebhookExtent = {
  messages: 300,
  warmUpRounds: 1,
  rounds: 1,
  connections: 16,
  people: 400,
  streamed: 200,
  lifetime: 1_000
}
