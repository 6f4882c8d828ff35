import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { Bindings } from "../../src/campus/bindings.ts"
import { Campus } from "../../src/chat/campus.ts"
import { buttons, type CampusButton, isCampusButton } from "../../src/core/button.ts"
import { Openid } from "../../src/core/openid.ts"
import { type Answer, uuid } from "./fake-gateway.ts"
import { publicUrl, startRig, student } from "./campus-rig.ts"
import { schoolAnswers } from "./fake-school.ts"
import { eventually } from "../service/eventually.ts"

/** WeChat hangs up after five seconds. */
const fiveSeconds = 5_000

const asking = buttons.filter(isCampusButton).filter((button) => button !== "更新绑定信息")
const linkTo = (page: string) => new RegExp(`<a href="${publicUrl}/${page}\\?link=[\\w-]+">`, "u")

const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const begun = performance.now()
    const answer = yield* effect
    assert.isBelow(performance.now() - begun, fiveSeconds)
    return answer
  })

/** What each button says when all is well, on a Tuesday of week 12 at 08:30. */
const wellSaid: Readonly<Record<CampusButton, ReadonlyArray<RegExp>>> = {
  更新课表: [/更新好了/u, /09:50–11:25 大学英语\n.*教三-303/u, linkTo("timetable")],
  今天课表: [
    /^今天 11月24日 星期二 · 第12周\n09:50/u,
    /14:00–15:35 数据结构\n.*计算机楼 104 · 第6–7节/u,
    /形势与政策 另行通知/u
  ],
  明天课表: [/^明天 11月25日 星期三 · 第12周\n明天没有课/u],
  下节课: [/大学英语\n今天 11月24日 星期二 09:50–11:25（第3–4节）\n教三-303\n离上课还有 1 小时 20 分钟/u],
  教务信息: [/11月23日 <a href="http:\/\/jwc.example.edu\/1.html">期末考试安排<\/a>\n11月20日/u],
  空闲教室: [
    /现在到 09:35（第1–2节）：3 间空闲\n【教七】301\n【教一】101 205|【教一】101 205\n【教七】301/u,
    /09:50–12:15（第3–5节）/u
  ],
  图书馆借书信息: [/【逾期 4 天】11月20日 《百年孤独》\n11月26日.*《三体》\n12月20日/u, linkTo("books")],
  跑操次数: [/31 次.*88\.5%.*12 天/u],
  更新绑定信息: [linkTo("bind")]
}

const failing: ReadonlyArray<readonly [string, Answer, RegExp]> = [
  ["slow", { after: "never" }, /没有回答/u],
  ["timed out at the school", { body: { code: 408, content: "" } }, /没有回答/u],
  ["broken, in the body", { body: { code: 500, content: "" } }, /出了问题/u],
  ["broken, as status", { status: 500, body: "Traceback" }, /出了问题/u],
  ["refreshing", { body: { code: 201, content: "" } }, /过一会儿再问/u],
  ["refusing, in the body", { body: { code: 401, content: "" } }, /重新绑定/u],
  ["refusing, as status", { status: 401, body: "" }, /重新绑定/u],
  ["talking nonsense", { body: "<html>ok</html>" }, /看不懂/u],
  ["gone", { after: "cut" }, /没有回答/u]
]

describe("the school in the chat", () => {
  it.live.each(Object.entries(wellSaid))("%s", ([button, expected]) =>
    Effect.gen(function* () {
      const rig = yield* startRig()
      yield* rig.bind()
      const said = yield* rig.ask(button as CampusButton)
      for (const words of expected) assert.match(said, words)
      assert.notInclude(said, "数据更新于")
    })
  )

  it.live.each(failing)(
    "a gateway that is %s: every button is a sentence in time, and nothing secret is logged",
    ([, answer, words]) =>
      Effect.gen(function* () {
        const rig = yield* startRig()
        yield* rig.bind()
        rig.gateway.answer = () => answer
        const said = yield* timed(
          Effect.forEach(asking, (button) => rig.ask(button), { concurrency: "unbounded" })
        )
        for (const [index, one] of said.entries()) assert.match(one, words, asking[index])
        if (words.source.includes("绑定")) for (const one of said) assert.match(one, linkTo("bind"))
        for (const line of rig.logged) for (const secret of [uuid, student]) assert.notInclude(line, secret)
      })
  )

  it.live.each(failing.filter(([, , words]) => !words.source.includes("绑定")))(
    "a gateway that is %s: what was known is shown with its time",
    ([, answer]) =>
      Effect.gen(function* () {
        const rig = yield* startRig()
        yield* rig.bind()
        const before = yield* Effect.forEach(asking, (button) => rig.ask(button))
        assert.isFalse(before.slice(-4).some((words) => words.includes("数据更新于")))
        rig.gateway.answer = () => answer
        rig.clock.setTo("2026-11-24T08:40")
        const after = yield* timed(
          Effect.forEach(asking, (button) => rig.ask(button), { concurrency: "unbounded" })
        )
        for (const [index, one] of after.entries()) {
          assert.match(one, /数据更新于 08:30$/u, asking[index])
          assert.isAbove(one.length, 20)
        }
        rig.clock.setTo("2026-11-25T08:40")
        assert.match(yield* rig.ask("跑操次数"), /数据更新于 11月24日 08:30$/u)
      })
  )

  it.live("the stored timetable carries its time once it is older, or when the school does not answer", () =>
    Effect.gen(function* () {
      const rig = yield* startRig()
      yield* rig.bind()
      const ofToday: ReadonlyArray<CampusButton> = ["今天课表", "明天课表", "下节课"]
      const carryTheirTime = Effect.map(
        Effect.forEach(ofToday, (button) => rig.ask(button)),
        (said) => said.map((words) => words.endsWith("数据更新于 08:30"))
      )
      yield* rig.ask("更新课表")
      assert.deepStrictEqual(yield* carryTheirTime, [false, false, false])
      rig.gateway.answer = () => ({ status: 500 })
      assert.match(yield* rig.ask("更新课表"), /数据更新于 08:30$/u)
      assert.deepStrictEqual(yield* carryTheirTime, [true, true, true])
      rig.gateway.answer = schoolAnswers
      yield* rig.ask("更新课表")
      assert.deepStrictEqual(yield* carryTheirTime, [false, false, false])
      rig.clock.setTo("2026-11-24T08:32")
      assert.deepStrictEqual(yield* carryTheirTime, [true, true, true])
      assert.lengthOf(rig.gateway.askedAt("/api/curriculum"), 3)
    })
  )

  it.live("what the school answers after its student was forgotten, on another server, is not kept", () =>
    Effect.gen(function* () {
      const rig = yield* startRig()
      yield* rig.bind()
      rig.gateway.answer = (asked) => ({ ...schoolAnswers(asked), after: 300 })
      const answers = yield* Effect.forkChild(
        Effect.forEach(asking, (button) => rig.ask(button), { concurrency: "unbounded" })
      )
      yield* eventually("the school is asked", () => (rig.gateway.asked.length > 0 ? true : undefined))
      yield* rig.run(Bindings.use((bindings) => bindings.forget(student)))
      yield* Fiber.join(answers)
      yield* eventually("nothing is kept", () =>
        rig.store.keys().some((key) => key.includes(student)) ? undefined : true
      )
    })
  )

  it.live("who is not bound gets a link to bind, and the school is not asked", () =>
    Effect.gen(function* () {
      const rig = yield* startRig()
      for (const button of asking) {
        const said = yield* rig.ask(button)
        assert.match(said, /绑定/u)
        assert.match(said, linkTo("bind"))
      }
      assert.isEmpty(rig.gateway.asked)
    })
  )

  it.live("odd weeks and even weeks, holidays before and after, and a class on a later day", () =>
    Effect.gen(function* () {
      const rig = yield* startRig("2026-09-15T08:00")
      yield* rig.bind()
      assert.match(yield* rig.ask("今天课表"), /大学英语/u)
      rig.clock.setTo("2026-11-17T08:00")
      const odd = yield* rig.ask("今天课表")
      assert.match(odd, /第11周\n09:50–11:25 高等数学\n.*教一-101/u)
      assert.notInclude(odd, "大学英语")
      rig.clock.setTo("2026-11-17T20:00")
      assert.match(
        yield* rig.ask("下节课"),
        /体育\n11月19日 星期四 15:50–17:25（第8–9节）\n操场\n离上课还有 1 天 19 小时/u
      )
      rig.clock.setTo("2026-09-01T08:00")
      assert.match(yield* rig.ask("今天课表"), /第1周从9月7日 星期一开始/u)
      assert.match(yield* rig.ask("下节课"), /大学物理\n9月7日 星期一 08:00/u)
      rig.clock.setTo("2026-12-31T08:00")
      assert.match(yield* rig.ask("明天课表"), /上完了/u)
      assert.match(yield* rig.ask("下节课"), /上完了/u)
    })
  )

  it.live("many who ask for the same at once are one request; a wrong binding among them is told alone", () =>
    Effect.gen(function* () {
      const rig = yield* startRig()
      const people = Array.from({ length: 40 }, (_, index) => Openid.make(`oPerson${index}OfTests`))
      for (const [index, one] of people.entries())
        yield* rig.bind(one, `${uuid.slice(2)}${String(index + 10)}`)
      const wrong = `${uuid.slice(2)}10`
      rig.gateway.answer = (asked) =>
        asked.form.get("uuid") === wrong
          ? { status: 401, after: 200 }
          : { ...schoolAnswers(asked), after: 200 }
      const said = yield* Effect.forEach(people, (one) => rig.ask("教务信息", one), {
        concurrency: "unbounded"
      })
      assert.match(said[0] ?? "", /重新绑定/u)
      for (const one of said.slice(1)) assert.match(one, /期末考试安排/u)
      assert.isAtMost(rig.gateway.askedAt("/api/jwc").length, 2)
    })
  )

  it.live("periods behind 空闲教室 are asked for, and only those that there are", () =>
    Effect.gen(function* () {
      const rig = yield* startRig()
      yield* rig.bind()
      assert.match(
        yield* rig.ask({ button: "空闲教室", periods: { from: 6, to: 8 } }),
        /14:00–16:35（第6–8节）/u
      )
      const [asked] = rig.gateway.askedAt("/api/newemptyroom")
      assert.include(Object.fromEntries(asked?.form ?? []), {
        date: "2026-11-24",
        startSequence: "6",
        endSequence: "8"
      })
      assert.match(yield* rig.ask({ button: "空闲教室", periods: { from: 6, to: 14 } }), /13 节/u)
      assert.lengthOf(rig.gateway.asked, 1)
    })
  )

  it.live("who is forgotten leaves nothing, and another card gets nothing of the last", () =>
    Effect.gen(function* () {
      const rig = yield* startRig()
      yield* rig.bind()
      yield* Effect.forEach(asking, (button) => rig.ask(button))
      yield* rig.bind(student, "9".repeat(40))
      rig.gateway.answer = () => ({ status: 500 })
      assert.match(yield* rig.ask("今天课表"), /出了问题/u)
      yield* rig.bind()
      assert.match(yield* rig.ask("今天课表"), /大学英语/u)
      yield* rig.run(Campus.use((campus) => campus.forget(student, Number.MAX_SAFE_INTEGER)))
      assert.match(yield* rig.ask("今天课表"), /绑定/u)
      yield* rig.bind()
      assert.match(yield* rig.ask("今天课表"), /出了问题/u)
      const unbind = Effect.map(rig.run(Campus.use((campus) => campus.unbind(student))), (sentences) =>
        sentences.map(({ _tag }) => _tag)
      )
      assert.deepStrictEqual(yield* unbind, ["Unbound"])
      assert.deepStrictEqual(yield* unbind, ["NotBound"])
      assert.isEmpty(rig.store.keys().filter((key) => key.includes(student)))
    })
  )
})
