/** The sub-buttons of the menu, top by top, in the order in which people see them (contract, "Menu"). */
export const menuLayout = [
  { name: "课表", buttons: ["更新课表", "明天课表", "今天课表", "下节课"] },
  { name: "小工具", buttons: ["更新绑定信息", "教务信息", "空闲教室", "图书馆借书信息", "跑操次数"] },
  { name: "更多", buttons: ["配对", "状态", "更换", "退出", "关于"] }
] as const

/** A sub-button, named by the label that people see; the label is also its key in the menu. */
export type Button = (typeof menuLayout)[number]["buttons"][number]

/** A button whose answer comes from the school. */
export type CampusButton = (typeof menuLayout)[0 | 1]["buttons"][number]

export const buttons: ReadonlyArray<Button> = menuLayout.flatMap((top): ReadonlyArray<Button> => top.buttons)

const campusButtons: ReadonlySet<string> = new Set<CampusButton>([
  ...menuLayout[0].buttons,
  ...menuLayout[1].buttons
])

export const isButton = (label: string): label is Button => buttons.some((button) => button === label)

export const isCampusButton = (button: Button): button is CampusButton => campusButtons.has(button)
