import { type Cause, Predicate } from "effect"

/**
 * What went wrong, for a log: a typed error in its words, which never hold what people wrote. Of a defect only its kind and the
 * places in the code, since its message may quote any value.
 */
export const problemOf = (cause: Cause.Cause<unknown>): string => cause.reasons.map(reasonOf).join("; ")

const reasonOf = (reason: Cause.Reason<unknown>): string => {
  switch (reason._tag) {
    case "Fail":
      return Predicate.isError(reason.error) ? reason.error.message : typeof reason.error
    case "Die":
      return placesOf(reason.defect)
    case "Interrupt":
      return "interrupted"
  }
}

const placesKept = 6

const placesOf = (defect: unknown): string => {
  if (!Predicate.isError(defect)) return typeof defect
  const places = (defect.stack ?? "").split("\n").filter((line) => /^\s+at /u.test(line))
  return [defect.name, ...places.slice(0, placesKept).map((line) => line.trim())].join(" ")
}
