/** `/timetable`: the week on one page, and `/timetable.ics`: the term as a calendar to subscribe to (contract, "Addresses"). */
import { createHash } from "node:crypto"
import { Clock, type DateTime, Effect } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { linkedPages, linkParameter, Links } from "../campus/links.ts"
import { SchoolData, type Student } from "../campus/school-data.ts"
import { schoolTimeAt } from "../core/calendar.ts"
import { calendarFile } from "../core/calendar-file.ts"
import { wordCampus } from "../core/campus-wording.ts"
import { timetablePage } from "../core/student-page-wording.ts"
import { readTimetable } from "../core/timetable.ts"
import { pageResponse } from "./page.ts"
import { queryOf } from "./request-query.ts"
import { refusedPage, sealedIn, studentOf, withoutAnswer } from "./student-link.ts"
import { timetableView } from "./timetable-view.ts"

export const timetableRoutes = (timeZone: DateTime.TimeZone) =>
  HttpRouter.use(
    Effect.fnUntraced(function* (router) {
      const links = yield* Links
      const school = yield* SchoolData
      const open = yield* studentOf

      const read = Effect.fnUntraced(function* (student: Student) {
        const { value, fetchedAtMillis, isOld } = yield* Effect.mapError(
          school.timetable(student, "stored"),
          withoutAnswer
        )
        const now = schoolTimeAt(yield* Clock.currentTimeMillis, timeZone)
        return { timetable: readTimetable(value, now.day), now, fetchedAtMillis, isOld }
      })

      yield* router.add("GET", linkedPages.timetable.path, (request) =>
        Effect.gen(function* () {
          const sealed = sealedIn(request)
          const student = yield* open("timetable", sealed)
          const { timetable, now, fetchedAtMillis, isOld } = yield* read(student)
          const fetched = schoolTimeAt(fetchedAtMillis, timeZone)
          const asked = /^[1-9]\d?$/u.exec(queryOf(request).get("week") ?? "")?.[0]
          return pageResponse(
            timetableView({
              timetable,
              today: now.day,
              week: asked === undefined ? undefined : Number(asked),
              link: `?${linkParameter}=${sealed}`,
              calendarLink: yield* links.to("calendar", student.openid),
              asOf: isOld ? wordCampus({ _tag: "AsOf", now, fetched }) : undefined
            })
          )
        }).pipe(Effect.catch(refusedPage(timetablePage.title)))
      )

      yield* router.add("GET", linkedPages.calendar.path, (request) =>
        Effect.gen(function* () {
          const student = yield* open("calendar", sealedIn(request))
          const { timetable, now, fetchedAtMillis } = yield* read(student)
          const owner = createHash("sha256").update(student.openid).digest("hex").slice(0, ownerCharacters)
          return HttpServerResponse.text(
            calendarFile({ timetable, today: now.day, timeZone, fetchedAtMillis, owner }),
            {
              contentType: "text/calendar; charset=utf-8",
              headers: {
                "cache-control": "no-store",
                "x-content-type-options": "nosniff",
                "content-disposition": 'inline; filename="timetable.ics"'
              }
            }
          )
        }).pipe(Effect.catch(refusedPage(timetablePage.title)))
      )
    })
  )

const ownerCharacters = 16
