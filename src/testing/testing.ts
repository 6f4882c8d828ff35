/** The published surface of the test kit (`xiaohou/testing`): one of the two files that pass on what others define. */
export { type Action, buttonOf, type Input } from "./action.ts"
export { type Cast, anyStory, userOf, usersOf } from "./any-story.ts"
export {
  anyChat,
  anyEvent,
  anyInput,
  anyRoom,
  anySession,
  anyUserEvent,
  instant,
  mark,
  people,
  person,
  roomName,
  roomNames,
  typed,
  type UserEvent
} from "./arbitraries.ts"
export { type Exploration, explore, type ExploreOptions, type Judge, replay } from "./explorer.ts"
export { evictable, type Evictable, type Fault, type FaultName, faultNames, type Target } from "./faults.ts"
export { actInTurn, passTime, playInTurn, settle } from "./in-turn.ts"
export {
  blockedNeverMeet,
  chatsOf,
  type LineRecord,
  linesKeepOrder,
  linesReachThePartner,
  nobodyWaitsInVain,
  oneOpenPair,
  pairsAreTwo,
  pairsMirror,
  type Violation
} from "./invariants.ts"
export { type Faults, judgeAlways, judgeAtRest, linesOf } from "./judge.ts"
export { ChatModel, disagreements, type ModelOptions } from "./model.ts"
export type { Operation } from "./operation.ts"
export { checkProperty, PropertyBroken, type PropertyOptions } from "./property.ts"
export { faultKinds, type FaultKind, type Race, type RaceStep } from "./race.ts"
export { evict, pass, press, say, races, sweep } from "./races.ts"
export type { Received } from "./simulated-followers.ts"
export { simulate } from "./simulation.ts"
export type { SimulationOptions, SimulationResult } from "./simulation-result.ts"
export { type PairRecord, snapshot, type Snapshot } from "./state-history.ts"
export { type Act, type Deed, storyOfOnly, storyOfSteps, type StoryOptions } from "./story.ts"
export { judgeStory, type StoryJudgement } from "./story-judge.ts"
export { tellStory, wordsOf } from "./telling.ts"
export { type Belief, type Bubble, readTold } from "./told.ts"
export { World, type WorldOptions } from "./world.ts"
