/** Lengths of time in smaller ones; constants are made of these. */

export const minutesPerHour = 60
export const minutesPerDay = 24 * minutesPerHour
export const daysPerWeek = 7

export const minuteMillis = 60_000
export const hourMillis = minutesPerHour * minuteMillis
export const dayMillis = minutesPerDay * minuteMillis

export const hourSeconds = hourMillis / 1_000
export const daySeconds = dayMillis / 1_000
