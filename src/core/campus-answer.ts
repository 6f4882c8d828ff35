import type { CampusButton } from "./button.ts"
import type { Day, SchoolTime } from "./calendar.ts"
import type { Book, FreeRooms, Notice, RunningCount } from "./campus-data.ts"
import type { RoomQuestion } from "./free-rooms.ts"
import type { ClassTime, DayPlan, Season } from "./timetable.ts"

/** What a campus button is answered with, as data; `campus-wording.ts` has the words. */
export type CampusAnswer =
  | { readonly _tag: "Today"; readonly plan: DayPlan; readonly link: string }
  | { readonly _tag: "Tomorrow"; readonly plan: DayPlan; readonly link: string }
  | {
      readonly _tag: "NextClass"
      readonly today: Day
      readonly season: Season
      readonly next?: { readonly day: Day; readonly class: ClassTime; readonly minutesUntil: number }
      readonly link: string
    }
  /** A fresh timetable, with the plan of today. */
  | { readonly _tag: "TimetableUpdated"; readonly plan: DayPlan; readonly link: string }
  | { readonly _tag: "Notices"; readonly notices: ReadonlyArray<Notice> }
  | {
      readonly _tag: "FreeRooms"
      readonly today: Day
      readonly found: ReadonlyArray<{ readonly question: RoomQuestion; readonly rooms: FreeRooms }>
    }
  | { readonly _tag: "NoSuchPeriods" }
  | {
      readonly _tag: "Books"
      readonly today: Day
      readonly books: ReadonlyArray<Book>
      readonly renewLink: string
    }
  | { readonly _tag: "Running"; readonly running: RunningCount }
  /** When the data of the answers before this one was fetched, by the school's clock. */
  | { readonly _tag: "AsOf"; readonly now: SchoolTime; readonly fetched: SchoolTime }
  | { readonly _tag: "BindFirst"; readonly button: CampusButton; readonly link: string }
  | { readonly _tag: "BindLink"; readonly link: string }
  | { readonly _tag: "BindAgain"; readonly link: string }
  | { readonly _tag: "NoAnswer"; readonly why: "refreshing" | "silent" | "broken" | "garbled" }
