/** Why a card was not bound, as the page tells it. */
export type BindingProblem =
  | "linkSpoiled"
  | "linkExpired"
  | "linkUsed"
  | "notFilledIn"
  | "wrongCard"
  | "tooManyTries"
  | "schoolPreparing"
  | "schoolSilent"
  | "notKept"
  | "otherSite"
  | "notUnderstood"

/** One plain sentence for each, that says what to do next. */
export const bindingProblems: Readonly<Record<BindingProblem, string>> = {
  linkSpoiled: "这个链接不对，可能没有复制完整。请回到微信，在小猴里按「更新绑定信息」，点开新的链接。",
  linkExpired: "这个链接过期了。请回到微信，在小猴里按「更新绑定信息」，点开新的链接。",
  linkUsed:
    "这个链接已经用过，或者作废了。如果刚才是你绑定的，就已经好了；想再绑定，请回到微信，在小猴里按「更新绑定信息」，点开新的链接。",
  notFilledIn: "请把一卡通号和密码都填上。",
  wrongCard: "一卡通号或密码不对，请检查后再试一次。",
  tooManyTries: "试的次数太多了。请过一个小时，再在小猴里按「更新绑定信息」。",
  schoolPreparing: "学校正在准备你的信息，请过一会儿再试一次。",
  schoolSilent: "学校系统现在没有回答，没有绑定成功。请过一会儿再试一次。",
  notKept: "小猴这边出了点问题，没有绑定成功。请过一会儿再试一次。",
  otherSite: "这次提交不是从小猴的页面来的，没有处理。请在小猴里按「更新绑定信息」，点开链接再填。",
  notUnderstood: "这次提交没有看懂，没有处理。请回到链接的页面再填一次。"
}

/** Everything else that the page says. */
export const bindingPage = {
  title: "绑定校园卡",
  lead: "绑定以后，在微信里就能查课表、空闲教室、借书和跑操。",
  alreadyBound: "你已经绑定过校园卡。再填一次，就换成新的。",
  cardNumber: "一卡通号",
  password: "统一认证密码",
  submit: "绑定",
  unbind: "取消绑定",
  promises: [
    "密码只用这一次，直接交给学校核对，小猴不保存。",
    "只填你自己在小猴里点开的链接；别人发来的绑定链接，不要填。",
    "随时可以发送「取消绑定」，小猴就把它删干净。"
  ],
  done: "绑定成功",
  doneLead: "小猴正在取你的课表。可以关掉这个页面，回到微信了。",
  undone: "已取消绑定",
  undoneLead: "小猴这里不再留着你的学校信息。可以关掉这个页面，回到微信了。",
  failed: "没有绑定成功"
} as const
