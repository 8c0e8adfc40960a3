/**
 * Which events (oldest first) are among the newest `perDocument` of one of their documents.
 *
 * @example
 * newestEvents([[1, 2], [1], [1, 3]], 1); // => [true, false, true]
 */
export function newestEvents(events: readonly ArrayLike<number>[], perDocument: number): boolean[] {
  const seen = new Map<number, number>();
  const kept = new Array<boolean>(events.length).fill(false);
  for (let i = events.length - 1; i >= 0; i--) {
    const event = events[i]!;
    for (let j = 0; j < event.length; j++) {
      const before = seen.get(event[j]!) ?? 0;
      if (before < perDocument) kept[i] = true;
      seen.set(event[j]!, before + 1);
    }
  }
  return kept;
}
