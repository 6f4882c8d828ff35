/** The school, as the chat asks it: a question in, sentences out. */
import { Context, Effect, Layer } from "effect"
import type { CampusQuestion } from "../core/campus-question.ts"
import type { Openid } from "../core/openid.ts"
import type { Sentence } from "../core/sentence.ts"

export class Campus extends Context.Service<
  Campus,
  {
    /** Never fails, and answers within WeChat's five seconds: a school that does not answer is a sentence. */
    readonly answer: (openid: Openid, question: CampusQuestion) => Effect.Effect<ReadonlyArray<Sentence>>
    /** 取消绑定: the same as `forget`, with the words for it: `Unbound`, or `NotBound` with a link. */
    readonly unbind: (openid: Openid) => Effect.Effect<ReadonlyArray<Sentence>>
    /**
     * Deletes what is kept of a user, as far as they asked for it until then (milliseconds since 1970). A failure is logged where it happens,
     * and it is tried again.
     */
    readonly forget: (openid: Openid, untilMillis: number) => Effect.Effect<void>
  }
>()("xiaohou/chat/Campus") {
  /** No school is connected, and none ever was. */
  static readonly layerNone: Layer.Layer<Campus> = Layer.succeed(Campus, {
    answer: (_openid, { button }) => Effect.succeed([{ _tag: "NoCampus", button }]),
    unbind: () => Effect.succeed([{ _tag: "NoCampus", button: "更新绑定信息" }]),
    forget: () => Effect.void
  })
}
