/** Work in portions: whoever does it may do other things in between. */
export type Portions<A> = Generator<undefined, A, undefined>

/** Does all of it at once. */
export const toTheEnd = <A>(portions: Portions<A>): A => {
  for (;;) {
    const step = portions.next()
    if (step.done === true) return step.value
  }
}
