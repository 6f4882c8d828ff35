/** How much is measured. */
export interface Extent {
  /** How many people press in one round. */
  readonly users: number
  /** How many of them wait for their answer at any time, in one process. */
  readonly inFlight: number
  /** Rounds whose numbers do not count, until nobody gets faster any more. */
  readonly warmUpRounds: number
  readonly rounds: number
  /** How many people are paired already while the cost of a pair is measured; the others are compared with the first. */
  readonly populations: readonly [number, ...ReadonlyArray<number>]
  /** How many rooms wait that suit nobody. */
  readonly unsuitableRooms: number
}

export const fullExtent: Extent = {
  users: 20_000,
  inFlight: 256,
  // What runs once in a packet is compiled last: our rounds get faster until the thirtieth, those of the peer until the tenth.
  warmUpRounds: 32,
  rounds: 9,
  populations: [100, 10_000, 100_000],
  unsuitableRooms: 1_000
}

/** Shows within seconds that everything works; its numbers mean little. */
export const quickExtent: Extent = {
  users: 600,
  inFlight: 64,
  warmUpRounds: 1,
  rounds: 1,
  populations: [100, 400],
  unsuitableRooms: 50
}
