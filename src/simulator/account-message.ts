/** What an account may show a user, by reply or by push. `music` and `card` have one article, which is what the phone draws of them. */
export type AccountMessage =
  | { readonly kind: "text"; readonly content: string }
  | {
      readonly kind: "image" | "voice" | "video"
      readonly mediaId: string
      readonly title?: string
    }
  | { readonly kind: "news" | "music" | "card"; readonly articles: ReadonlyArray<Article> }

export interface Article {
  readonly title: string
  readonly description: string
  readonly url: string
}

/** The longest text WeChat carries, measured for replies and for pushes alike (protocol notes 3.2, 6.2). */
export const maxTextBytes = 2048
