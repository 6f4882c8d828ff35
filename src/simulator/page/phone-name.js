const letters = "甲乙丙丁戊己庚辛壬癸"

/**
 * What stands for a phone in a corner: 甲, 乙, …, then numbers.
 * @param {number} number
 */
export const letterOf = (number) => letters[number - 1] ?? String(number)
