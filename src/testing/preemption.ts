import type { Choice } from "./race-run.ts"

/** A moment of a run: what could have happened, and what did. */
export interface Moment {
  readonly choices: ReadonlyArray<Choice>
  readonly chosen: Choice
}

/**
 * What may come next if the whole run may have at most so many preemptions. Without one, the last actor goes on, operation by
 * operation, until it waits for something; who goes on then is free. A preemption is anything else: another actor goes before,
 * or an actor's later operation goes before an earlier one under way. Faults are free. The first choice is the one without a
 * preemption.
 */
export const withinPreemptions = (
  way: ReadonlyArray<Moment>,
  choices: ReadonlyArray<Choice>,
  most: number
): ReadonlyArray<Choice> => {
  const spent = way.filter(
    (moment, depth) => !plainly(moment.choices, way[depth - 1]).includes(moment.chosen)
  ).length
  const plain = plainly(choices, way.at(-1))
  return spent < most ? [...plain, ...choices.filter((choice) => !plain.includes(choice))] : plain
}

/** The choices that preempt nobody. */
const plainly = (choices: ReadonlyArray<Choice>, last: Moment | undefined): ReadonlyArray<Choice> => {
  const firsts = choices.filter(
    (choice, place) =>
      choice.kind === "evict" ||
      (choice.kind === "proceed" &&
        choices.findIndex((one) => one.kind === "proceed" && actorOf(one) === actorOf(choice)) === place)
  )
  const goesOn = firsts.filter(
    (choice) => choice.kind === "proceed" && last !== undefined && actorOf(choice) === actorOf(last.chosen)
  )
  const faults = choices.filter(({ kind }) => kind !== "proceed" && kind !== "evict")
  return [...(goesOn.length > 0 ? goesOn : firsts), ...faults]
}

const actorOf = ({ kind, id, operation }: Choice): string =>
  operation === undefined ? `${kind} ${id}` : `${operation.server} ${operation.actor}`
