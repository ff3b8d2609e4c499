export const dayMillis = 86_400_000

/**
 * `2024-03-01T09:30:00.000Z` for milliseconds since the epoch, as `Date.toISOString` writes it, several times faster. Written
 * calendar days are cached, and there are few.
 */
export const format = (millis: number): string => {
  const day = Math.floor(millis / dayMillis)
  const time = millis - day * dayMillis
  const seconds = Math.floor(time / 1000)
  const minutes = Math.floor(seconds / 60)
  return `${dayOf(day)}${two[Math.floor(minutes / 60)]}:${two[minutes % 60]}:${two[seconds % 60]}.${three[time % 1000]}Z`
}

const padded = (count: number, width: number) => Array.from({ length: count }, (_, i) => String(i).padStart(width, "0"))
const two = padded(60, 2)
const three = padded(1000, 3)

/** Written days by number, from 1915 on: no date is older. */
const days: Array<string | undefined> = []
const firstDay = -20_000

const dayOf = (day: number): string => (days[day - firstDay] ??= new Date(day * dayMillis).toISOString().slice(0, 11))
