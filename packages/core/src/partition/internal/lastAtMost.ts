/** The position of the last of some ascending numbers that is at most `value`; -1 if there is none. A binary search. */
export const lastAtMost = (ascending: ArrayLike<number>, value: number): number => {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ascending[middle] ?? 0) <= value) low = middle + 1
    else high = middle
  }
  return low - 1
}
