/**
 * Collapse events, and for each document the last K of them that it was part of. The noise set of a document in an event
 * is the others of that event. Events are kept once, however many documents they have: n × K numbers and no more.
 */
export interface NoiseSets {
  /** Document numbers of each event that is still some document's. */
  readonly events: readonly Uint32Array[];
  /** Numbers (into `events`) of document i's newest K events, oldest first. */
  of(document: number): readonly number[];
}

/**
 * The noise sets of `documents` documents after the events given, oldest first.
 *
 * @example
 * const sets = noiseSets(3, [new Uint32Array([0, 1]), new Uint32Array([0, 2])], 1);
 * sets.of(0); // => [1]
 */
export function noiseSets(documents: number, events: readonly Uint32Array[], K: number): NoiseSets {
  const newest: number[][] = Array.from({ length: documents }, () => []);
  for (const [number, event] of events.entries()) {
    for (const document of new Set(event)) {
      const list = newest[document];
      if (list === undefined) continue; // a document that is gone
      if (list.length === K) list.shift();
      list.push(number);
    }
  }
  return { events, of: (document) => newest[document] ?? [] };
}
