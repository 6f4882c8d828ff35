import { Schema } from "effect"

/**
 * What one person can say to another through WeChat. Media go on by the id under which WeChat keeps them; a place or a link
 * goes on as text.
 */
export const Content = Schema.TaggedUnion({
  Text: { text: Schema.String },
  Image: { mediaId: Schema.String },
  Voice: { mediaId: Schema.String },
  Video: { mediaId: Schema.String, thumbMediaId: Schema.String }
})
export type Content = typeof Content.Type

export const text = (words: string): Content => ({ _tag: "Text", text: words })
