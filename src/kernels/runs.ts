/**
 * Visits what is consecutive in a list of numbers as one run: its first number, its position in the list, and its length.
 *
 * @example
 * const seen: number[][] = [];
 * runs([7, 8, 9, 3], (...run) => seen.push(run));
 * seen; // => [[7, 0, 3], [3, 3, 1]]
 */
export function runs(list: ArrayLike<number>, visit: (first: number, at: number, length: number) => void): void {
  for (let at = 0; at < list.length; ) {
    let end = at + 1;
    while (end < list.length && list[end] === list[end - 1]! + 1) end++;
    visit(list[at]!, at, end - at);
    at = end;
  }
}
