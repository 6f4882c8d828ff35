/** A word in a text that makes the phone send it as a click in a message menu does (protocol notes 3.2). */
export const clickable = (label: string): string =>
  `<a href="weixin://bizmsgmenu?msgmenucontent=${encodeURIComponent(label)}&msgmenuid=${menuItemId}">${label}</a>`

/** WeChat sends it back; that it is there tells a click from typed words, and its value means nothing to us. */
const menuItemId = 1
