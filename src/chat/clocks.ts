/** How far the clocks of two servers may be apart; operators are asked for a few seconds. */
export const clocksApartSeconds = 10
