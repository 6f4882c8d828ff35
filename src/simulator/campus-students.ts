/** Two students of the simulated school. Their dates are relative to today, so that a class is always near. */
import { type Day, isoDay, weekdayOf, yearMonthDayOf } from "../core/calendar.ts"
import { daysPerWeek } from "../core/durations.ts"
import type { Span } from "../core/periods.ts"

export interface SimulatedStudent {
  readonly name: string
  readonly card: string
  readonly password: string
  /** As the gateway's uuids: 40 digits. */
  readonly uuid: string
  readonly timetable: Readonly<Record<string, ReadonlyArray<readonly [string, string, string]>>>
  readonly lecturers: ReadonlyArray<readonly [string, string]>
  readonly books: ReadonlyArray<SimulatedBook>
  readonly runs: { readonly count: number; readonly rank: string; readonly daysLeft: number }
}

export interface SimulatedBook {
  readonly barcode: string
  readonly title: string
  readonly author: string
  /** Days from today. */
  readonly dueIn: number
  readonly renewable: boolean
}

export const students: ReadonlyArray<SimulatedStudent> = [
  {
    name: "林小雨",
    card: "213150001",
    password: "xiaoyu",
    uuid: "1".repeat(40),
    timetable: {
      Mon: [
        ["高等数学", "[1-16周]1-2节", "教一-101"],
        ["大学英语", "[1-16周]3-4节", "教三-302"],
        ["程序设计实践", "[3-14周]11-13节", "计算机楼 机房204"]
      ],
      Tue: [
        ["大学物理", "[1-16周]3-4节", "(单)教二-205"],
        ["物理实验", "[1-16周]3-5节", "(双)田家炳楼 302"],
        ["体育（羽毛球）", "[1-16周]8-9节", "桃园体育馆"]
      ],
      Wed: [
        ["高等数学", "[1-16周]1-2节", "教一-101"],
        ["数据结构", "[1-16周]6节", "教七-303"],
        ["数据结构", "[1-16周]7节", "教七-303"]
      ],
      Thu: [
        ["线性代数", "［1-12周］3-4节", "教四-201"],
        ["大学英语", "[1-16周]6-7节", "教三-302"],
        ["形势与政策", "", "时间另行通知"]
      ],
      Fri: [
        ["数据结构", "[1-16周]1-2节", "教七-303"],
        ["大学物理", "[1-16周]8-10节", "教二-205"]
      ],
      Sat: [["电影赏析（选修）", "[1-16周]11-12节", "人文楼 报告厅"]],
      Sun: [["吉他社排练", "[1-16周]8-9节", "大学生活动中心 206"]]
    },
    lecturers: [
      ["高等数学", "陈建国"],
      ["大学英语", "Sarah Miller"],
      ["大学物理", "周明"],
      ["数据结构", "吴静"],
      ["线性代数", "孙立"]
    ],
    books: [
      { barcode: "2150001", title: "算法导论", author: "Thomas H. Cormen", dueIn: 12, renewable: true },
      { barcode: "2150002", title: "百年孤独", author: "加西亚·马尔克斯", dueIn: -2, renewable: false },
      { barcode: "2150003", title: "三体", author: "刘慈欣", dueIn: 3, renewable: true }
    ],
    runs: { count: 31, rank: "76.4", daysLeft: 18 }
  },
  {
    name: "张一松",
    card: "213150002",
    password: "yisong",
    uuid: "2".repeat(40),
    timetable: {
      Mon: [
        ["建筑设计", "[1-16周]6-9节", "中大院 设计教室三"],
        ["中国建筑史", "[1-10周]11-12节", "中大院 201"]
      ],
      Tue: [
        ["建筑力学", "[1-16周]1-2节", "教五-104"],
        ["大学英语", "[1-16周]3-4节", "教三-305"]
      ],
      Wed: [
        ["素描", "[1-16周]3-5节", "(双)美术教室"],
        ["摄影", "[1-16周]3-5节", "(单)美术教室"],
        ["体育（太极拳）", "[1-16周]8-9节", "操场"]
      ],
      Thu: [
        ["建筑设计", "[1-16周]6-9节", "中大院 设计教室三"],
        ["建筑物理", "[1-16周]1-2节", "教五-204"]
      ],
      Fri: [
        ["建筑力学", "[1-16周]3-4节", "教五-104"],
        ["测量实习", "[9-10周]下午", "集合地点见群通知"]
      ],
      Sat: [["城市漫步（选修）", "[1-16周]3-5节", "校门口集合"]],
      Sun: [["模型工作室", "[1-16周]11-13节", "中大院 模型室"]]
    },
    lecturers: [
      ["建筑设计", "顾芳"],
      ["建筑力学", "何伟"],
      ["建筑物理", "许岚"]
    ],
    books: [
      { barcode: "2150011", title: "外国建筑史", author: "陈志华", dueIn: 0, renewable: true },
      { barcode: "2150012", title: "看不见的城市", author: "卡尔维诺", dueIn: 25, renewable: true }
    ],
    runs: { count: 9, rank: "23.1", daysLeft: 18 }
  }
]

/** It is always this week of the term. */
const weekOfToday = 9

/** Monday of week 1, as the gateway writes it: the month counts from 0. */
export const startDateFor = (today: Day): { readonly month: number; readonly day: number } => {
  const monday = today - (weekdayOf(today) - 1) - (weekOfToday - 1) * daysPerWeek
  const { month, day } = yearMonthDayOf(monday)
  return { month: month - 1, day }
}

/** What the school announces: section, title, how many days ago. */
export const notices = [
  ["最新动态", "关于期末考试安排的通知", 0],
  ["教务信息", "下学期选课将于下周一开始", 1],
  ["教务信息", "关于四六级考试报名的通知", 2],
  ["学籍管理", "办理转专业的时间和要求", 4],
  ["实践教学", "大学生创新训练项目中期检查", 6],
  ["教务信息", "教学楼自习室开放时间调整", 9],
  ["合作办学", "春季交换生项目报名", 12]
] as const satisfies ReadonlyArray<readonly [string, string, number]>

const buildings = ["教一", "教二", "教三", "教七", "计算机楼"] as const
const roomsOfBuilding = [101, 102, 104, 201, 203, 205, 302, 304] as const

/** Some rooms are free, and not the same ones for every date and period. */
export const freeRoomsFor = (date: string, { from, to }: Span): ReadonlyArray<string> => {
  const occasion = Number(date.replaceAll("-", "")) + 3 * from + 7 * to
  const isFree = (room: number) => (room * 7 + occasion) % 5 < 2
  return buildings.flatMap((building, at) =>
    roomsOfBuilding.filter((room) => isFree(room + 3 * at)).map((room) => `${building}-${room}`)
  )
}

export const dueDate = (today: Day, { dueIn }: SimulatedBook): string => isoDay(today + dueIn)
