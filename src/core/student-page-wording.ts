/** Why a page shows nothing of a student, as the page tells it. */
export type StudentPageProblem =
  | "linkSpoiled"
  | "linkExpired"
  | "notBound"
  | "bindAgain"
  | "schoolPreparing"
  | "schoolSilent"
  | "notReadable"
  | "otherSite"

export const studentPageProblems: Readonly<Record<StudentPageProblem, string>> = {
  linkSpoiled: "这个链接不对，可能没有复制完整。请回到微信，在小猴里再按一次按钮，点开新的链接。",
  linkExpired: "这个链接过期了。请回到微信，在小猴里再按一次按钮，点开新的链接。",
  notBound: "还没有绑定校园卡。请回到微信，在小猴里按「更新绑定信息」。",
  bindAgain: "学校说卡号或密码不对了。请回到微信，在小猴里按「更新绑定信息」，重新绑定。",
  schoolPreparing: "学校正在准备最新的数据，请过一会儿再打开。",
  schoolSilent: "学校系统现在没有回答，请过一会儿再打开。",
  notReadable: "小猴这边出了点问题，请过一会儿再打开。",
  otherSite: "这次提交不是从小猴的页面来的，没有处理。"
}

export const timetablePage = {
  title: "课表",
  calendarName: "小猴课表",
  period: "节",
  caption: (week: number | undefined) => (week === undefined ? "这一周的课表" : `第 ${week} 周的课表`),
  otherWeeks: "换一周",
  today: "今天",
  before: "还没开学，这是第 1 周。",
  after: "这学期的课已经上完了，这是最后一周。",
  untimed: "时间没有写清的课",
  subscribe: "订阅到手机日历",
  subscribeHint: "长按复制链接，在日历里添加「订阅日历」，以后自动更新。链接只给自己用。",
  previous: "上一周",
  next: "下一周",
  thisWeek: "回到本周",
  empty: "这一周没有课。"
} as const

export const booksPage = {
  title: "借的书",
  empty: "你没有借书。",
  renew: "续借",
  notRenewable: "不能再续借",
  librarySays: "图书馆说："
} as const

export const homePage = {
  title: "校园里的小猴",
  lead: "这里是微信公众号「小猴」的服务。在微信里关注它，就能查课表、找空教室，和同校的人匿名聊天。"
} as const
