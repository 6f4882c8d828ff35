/**
 * The small companion of the demo: answers from a handful of words it knows, the same to the same, and says what it is. No AI is
 * behind it.
 */
export const companionAnswer = (said: string): string => {
  const words = said.trim()
  const known = topics.find(({ about }) => about.test(words))
  return `演示小猴：${pick(known?.answers ?? anything(words), words)}`
}

interface Topic {
  readonly about: RegExp
  readonly answers: ReadonlyArray<string>
}

// The first that fits answers.
const topics: ReadonlyArray<Topic> = [
  {
    about: /慢/u,
    answers: ["你让我慢慢想，我就真的想了七秒。微信早就等不及了，这句话还是送到了，是不是很稳？"]
  },
  {
    about: /你是谁|你叫什么|机器人|人工智能|AI|真人/iu,
    answers: [
      "我是演示里自带的小猴，只会几十句话，脑子比香蕉还小。接上 SimSimi 或大模型以后，来的就是聪明的那只了。"
    ]
  },
  {
    about: /难过|伤心|压力|失眠|想哭|崩溃|孤独/u,
    answers: ["先抱一下（猴子的手臂很长）。难受的时候别一个人扛，找室友、朋友或者学校的心理中心说说，好吗？"]
  },
  {
    about: /你好|您好|哈喽|嗨|在吗|hello|hi\b/iu,
    answers: ["你好呀！今天也来逗猴子？", "在呢在呢，刚从树上下来。", "嗨！先说好，斗嘴输了的人请吃香蕉。"]
  },
  {
    about: /笑话|讲个|逗我|无聊/u,
    answers: [
      "为什么猴子从不占座？因为我们习惯挂着。",
      "室友问我：“你的论文写完了吗？”我说：“香蕉皮都铺好了，就等它自己滑到结尾。”",
      "高数老师问：“这道题谁会？”全班低头，只有我抬头——我在看树。"
    ]
  },
  {
    about: /考试|复习|挂科|绩点/u,
    answers: ["考前一晚的你，和爬了一半发现上错树的我，心情是一样的。现在翻开第一页，还来得及。"]
  },
  {
    about: /论文|作业|报告/u,
    answers: ["作业这种东西，和香蕉一样，放久了只会更难看。先剥一口试试？"]
  },
  {
    about: /课|教室|图书馆|跑操/u,
    answers: ["正经事请按菜单里的按钮，那边的猴子上班很认真；这边的只管斗嘴。"]
  },
  {
    about: /吃|饿|食堂|香蕉|奶茶|外卖/u,
    answers: [
      "食堂三楼的窗口我都爬过，结论是：排队最长的那个，多半不骗人。",
      "先吃饱再减肥，这是树上传下来的道理。"
    ]
  },
  {
    about: /喜欢你|爱你|做我|男朋友|女朋友|恋爱|单身/u,
    answers: ["谢谢厚爱，可我是一只演示用的猴子。菜单里的「配对」有真人，礼貌一点，聊得更久。"]
  },
  {
    about: /笨|傻|蠢|滚|讨厌|垃圾|菜/u,
    answers: ["骂得好，可惜我脸皮是树皮做的。", "反弹！另外你打字真快，手指一定很适合剥香蕉。"]
  },
  {
    about: /再见|拜拜|晚安|走了/u,
    answers: ["走啦？发「调戏」就放你出去，香蕉给你留着。"]
  },
  { about: /谢/u, answers: ["不客气，口头的香蕉也算香蕉。"] },
  {
    about: /[?？]$|吗|什么|怎么|为什么|多少/u,
    answers: ["好问题，好到我决定先挂在树上想想。", "这个我不会，不过我会装懂：嗯，关键在于平衡。"]
  }
]

/** Its answers to anything else. */
const anything = (words: string): ReadonlyArray<string> => [
  `“${Array.from(words).slice(0, echoed).join("")}”——说得像从树上想了三天才下来的。`,
  "嗯嗯，继续，我在用尾巴记笔记。",
  "这句话我给八分，扣两分是因为没有带香蕉。",
  "换我说：你信不信，你下一句会是问句？"
]

/** How much of a text it echoes, in characters. */
const echoed = 12

/** The same answer to the same words. */
const pick = (answers: ReadonlyArray<string>, words: string): string => {
  let sum = 0
  for (const character of words) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 1_000_003
  return answers[sum % answers.length] ?? ""
}
