/** A small school behind the fake gateway: one student, and every call answered. */
import { type Answer, type Asked, good, uuid } from "./fake-gateway.ts"

export const cardNumber = "213130001"
export const password = "correct horse"

/** Week 1 began on Monday 7 September 2026. */
export const curriculum = {
  Mon: [["大学物理", "[1-16周]1-2节", "教二-202"]],
  Tue: [
    ["高等数学", "[1-16周]3-4节", "(单)教一-101"],
    ["大学英语", "[1-16周]3-4节", "(双)教三-303"],
    ["数据结构", "［1-16周］6节", "计算机楼 104"],
    ["数据结构", "［1-16周］7节", "计算机楼 104"],
    ["形势与政策", "", "另行通知"]
  ],
  Wed: [],
  Thu: [["体育", "[1-16周]8-9节", "操场"]],
  Fri: [],
  Sat: [],
  Sun: [],
  startdate: { month: 8, day: 7 }
}

export const schoolAnswers = ({ path, form }: Asked): Answer => {
  switch (path) {
    case "/uc/auth":
      return form.get("user") === cardNumber && form.get("password") === password
        ? { body: uuid }
        : { status: 401 }
    case "/api/curriculum":
      return good(curriculum, {
        term: "26-27-2",
        sidebar: [{ course: "高等数学", lecturer: "陈老师", credit: "4", week: "1-16" }]
      })
    case "/api/jwc":
      return good({
        最新动态: [{ title: "期末考试安排", href: "http://jwc.example.edu/1.html", date: "2026-11-23" }],
        教务信息: [{ title: "选课通知", href: "http://jwc.example.edu/2.html", date: "2026-11-20" }]
      })
    case "/api/newemptyroom":
      return good({ total: 3, rows: [{ name: "教一-101" }, { name: "教一-205" }, { name: "教七-301" }] })
    case "/api/library":
      return good([
        book("算法导论", "2026-12-20", "0"),
        book("百年孤独", "2026-11-20", "1"),
        book("三体", "2026-11-26", "0")
      ])
    case "/api/renew":
      return good("续借成功")
    case "/api/pe":
      return good("31", { rank: "88.5", remain: 12 })
    default:
      return { status: 404 }
  }
}

const book = (title: string, due: string, renewed: string) => ({
  barcode: `barcode-${title}`,
  title,
  author: "某人",
  render_date: "2026-10-20",
  due_date: due,
  renew_time: renewed,
  place: "总馆"
})
