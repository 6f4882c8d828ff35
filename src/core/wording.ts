import { aiLabel } from "./ai-label.ts"
import { type Button, menuLayout } from "./button.ts"
import { clickable } from "./clickable.ts"
import { minutesPerHour } from "./durations.ts"
import { words } from "./intent.ts"
import { link, wordCampus } from "./campus-wording.ts"
import { reportableMinutes, reportKeptDays } from "./room.ts"
import type { Sentence } from "./sentence.ts"

/** A sentence, as far as its words depend on it. */
type Worded = Exclude<Sentence, { readonly _tag: "PairMade" }> | { readonly _tag: "PairMade" }

/**
 * The words of every sentence. The contract fixes some of them, and that no other sentence contains those ("Sentences that
 * must contain these words").
 */
export const word = (sentence: Worded): string => {
  switch (sentence._tag) {
    case "PairMade":
      return `已配对成功，可以开始聊天。对方看不到你是谁；发送 ${typed("退出")} 结束，发送 ${typed("更换")} 换一个人。`
    case "Looking":
      return sentence.askAgain === true
        ? `正在配对，请耐心等一会儿。过一会儿按${button("配对")}或者随便发一句，就知道找到了没有。不想等了就按${button("退出")}。`
        : `正在配对，请耐心等一会儿，找到了会告诉你。不想等了就按${button("退出")}。`
    case "SearchFailed":
      return `配对失败，请再次尝试：${button("配对")}`
    case "StatusPaired":
      return `已配对，对方在等你说话。想换人就${button("更换")}，不聊了就${button("退出")}，对方不友善就${clickable(words.report)}。`
    case "StatusNotPaired":
      return `未配对。按${button("配对")}找一个人聊天。${sentence.teasing === true ? `现在是小猴陪你斗嘴，发送「${clickable(words.tease)}」结束。` : ""}`
    case "PairingShown":
      return `已配对：${sentence.since} 开始，${duration(sentence.minutes)}${lines(sentence.lines)}。再按一次${button("配对")}会换一个人。对方不友善？${clickable(words.report)}`
    case "PartnerLeft":
      return `对方已离开。按${button("配对")}可以再找一个人。${unfriendly}`
    case "IdleEnded":
      return `很久没有人说话，聊天已结束。按${button("配对")}可以再找一个人。${unfriendly}`
    case "Left":
      return sentence.pair === true ? `已退出。${unfriendly}` : "已退出。"
    case "NothingToLeave":
      return `你现在没有在聊天，不用退出。想聊就按${button("配对")}。`
    case "NotSent":
      return sentence.later === true ? "之前有一句没有发出去。" : "刚才这句没有发出去。"
    case "Kept":
      return sentence.later === true ? "之前发的，对方稍后收到。" : "对方稍后收到。"
    case "Unsure":
      return sentence.later === true
        ? "网络不稳定，之前留给对方的话，不知道对方有没有收到。"
        : "网络不稳定，不知道对方有没有收到刚才这句。"
    case "RefusedByWeChat":
      return sentence.later === true
        ? "之前留给对方的话里，有一句未能送达：微信认为内容不合适。"
        : "这句话未能送达：微信认为内容不合适。"
    case "Unsendable":
      return sentence.later === true
        ? "之前留给对方的话里，有一条微信不让转发，对方收不到。"
        : "这一条微信不让转发，对方收不到。"
    case "MailboxFull":
      return `对方很久没有回来，留言已满，刚才这句没有留下。想换人就${button("更换")}。`
    case "Remaining":
      return sentence.follow
        ? `（还有 ${sentence.lines} 条，马上就到）`
        : `（还有 ${sentence.lines} 条，随便回一句或点${clickable("状态", "这里")}继续收）`
    case "ButtonWouldHave":
      return `这句话已经发给对方。如果想用「${sentence.button}」，请按菜单里的按钮，或发送 ${typed(sentence.button)}`
    case "ReportWouldHave":
      return `这句话已经发给对方。如果想举报对方，请发送 ${typed(words.report)}`
    case "NotCarried":
      if (sentence.outside === true) {
        const what = sentence.kind === "sticker" ? "表情包" : "这种消息"
        return `微信不把${what}的内容交给公众号，小猴看不到。想知道能做什么，就发送 ${typed(words.help)}`
      }
      return sentence.kind === "sticker"
        ? "微信不让公众号转发表情包，这一条没有发出去。文字、图片和语音可以。"
        : "这种消息转发不了，没有发出去。文字、图片和语音可以。"
    case "NoCampus":
      return `「${sentence.button}」需要学校的数据，学校系统尚未接入。`
    case "Campus":
      return wordCampus(sentence.answer)
    case "Bound":
      return "绑定成功！以后按菜单就能查课表、教室和借书。不想要了就发送「取消绑定」。"
    case "Unbound":
      return "已取消绑定，小猴这里不再留着你的学校信息。"
    case "NotBound":
      return `你还没有绑定校园卡，不用取消。想绑定就点：\n${link(sentence.link, "点这里绑定")}`
    case "TeaseBegins":
      return `来调戏我吧！再发一次「${clickable(words.tease)}」就结束。`
    case "TeaseNotNow":
      return `聊天或等人的时候不能调戏小猴，先发送 ${typed("退出")}`
    case "TeaseOnlyText":
      return "小猴只看得懂文字。"
    case "NoChatbot":
      return `小猴的嘴还没有接上，现在陪不了你聊天。再发一次「${clickable(words.tease)}」回到平常。`
    case "TeaseAnswer":
      return aiLabel + sentence.text
    case "TeaseTooLong":
      return `这句太长了，小猴一次最多听 ${sentence.most} 个字，说短一点试试。`
    case "ChatbotSilent":
      return chatbotSilent[sentence.why]
    case "LeftTease":
      return "已退出调戏。"
    case "About":
      return "小猴：查课表、找空教室，也能匿名和同校的人聊聊天。对方看不到你是谁；聊天内容不存档，最近几句加密保留一小时，有人举报才交给管理员。请友善，别发违法的内容，也别轻易透露自己的信息。"
    case "Welcome":
      return `你好，我是小猴！按「配对」，就能和一个同校的人匿名聊天。\n${helpInOrdinary}`
    case "Help":
      return help(sentence.state)
    case "Hint":
      return `没看懂。按下面的菜单，或发送「${clickable(words.help)}」看看能做什么。`
    case "Busy":
      return "小猴有点忙不过来，请过一会儿再试。"
    case "Filtered":
      return "这句话里有本号不转发的词，所以没有发给对方。请换个说法。"
    case "CommandLinkHeld":
      return "这句话里的链接，对方点了就会替 TA 发消息，所以没有发给对方。"
    case "Reported":
      return `举报收到了。${sentence.last === true ? "" : "这次聊天到此为止，"}你们不会再遇到。最近几句话已加密留给管理员，${reportKeptDays} 天后删除。`
    case "ReportByMark":
      return `上一位就是现在这位。要举报，请发送 ${typed(words.report)}`
    case "NothingToReport":
      return `现在没有可以举报的人。请在聊天的时候，或者结束后 ${reportableMinutes} 分钟之内，发送 #${words.report}`
    case "TooFast":
      return "你发得太快了，这一条没有处理。歇一会儿，一分钟后再发吧。"
    case "StillWorking":
      return `这个要多花一点时间。过一会儿随便发一句，或点${clickable("状态", "这里")}，就能看到结果。`
    case "Place":
      return sentence.label === ""
        ? `[位置] ${sentence.latitude},${sentence.longitude}`
        : `[位置] ${sentence.label}\n${sentence.latitude},${sentence.longitude}`
    case "SharedLink":
      return ["[链接] " + sentence.title, sentence.description, sentence.url]
        .filter((line) => line !== "")
        .join("\n")
  }
}

/**
 * Ends the sentences about the end of a chat. If it is touched later it still means that partner; `words.report` would mean the
 * next one.
 */
const unfriendly = `对方不友善？${clickable(words.reportLast, words.report)}`

/** A button of the menu that can be touched in the text as well. */
const button = (name: Button): string => `「${clickable(name)}」`

/**
 * A command that can be typed in every state, and touched. Not touched if it names 绑定: a link beside that word would pass for
 * the way to bind a card.
 */
const typed = (command: Button | (typeof words)[keyof typeof words]): string => {
  const label = `#${command}`
  return command.includes("绑定") ? label : clickable(command, label)
}

const [timetable, tools, more] = menuLayout

/** Names 更新绑定信息, so nothing in it can be touched: a link beside 绑定 is the way to bind a card (contract). */
const helpInOrdinary = [
  "按菜单或直接发送按钮的名字：",
  ...[timetable, tools, more].map((top) => `【${top.name}】${top.buttons.join("、")}`),
  "「配对」找一个同校的人匿名聊天；",
  "「调戏」和小猴斗嘴，再发一次结束；",
  "「取消绑定」删掉你的校园卡；",
  "「帮助」看这些话。"
].join("\n")

const help = (state: (Sentence & { readonly _tag: "Help" })["state"]): string => {
  switch (state) {
    case "Ordinary":
      return helpInOrdinary
    case "Looking":
      return `在帮你找人。按${button("退出")}就不找了；菜单里的其他按钮也都能用，也可以发送 # 加按钮的名字，例如 ${typed("今天课表")}`
    case "Paired":
      return `你们在聊天，说的话会原样转给对方。\n${typed("退出")} 结束聊天，${typed("更换")} 换一个人，${typed("状态")} 看看情况，${typed(words.report)} 举报对方；其他按钮也都能用，前面加 # 也行。`
    case "Teasing":
      return `你在和小猴斗嘴。发送「${clickable(words.tease)}」或 ${typed("退出")} 结束；其他按钮也都能用，前面加 # 也行。`
  }
}

const chatbotSilent: Record<(Sentence & { readonly _tag: "ChatbotSilent" })["why"], string> = {
  failed: "小猴走神了，没想出怎么回你，请过一会儿再说一次。",
  refused: "这个话题小猴不聊，换一个吧。",
  speechless: "小猴一时不知道怎么接话，换个说法试试。",
  busy: "找小猴斗嘴的人太多了，请过一会儿再说。"
}

const duration = (minutes: number): string => {
  if (minutes < 1) return "刚刚开始"
  if (minutes < minutesPerHour) return `聊了 ${minutes} 分钟`
  return `聊了 ${Math.floor(minutes / minutesPerHour)} 小时 ${minutes % minutesPerHour} 分钟`
}

const lines = (count: number | undefined): string => (count === undefined ? "" : `，一共 ${count} 句话`)
