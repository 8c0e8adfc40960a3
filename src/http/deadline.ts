import { untilAborted } from '../until-aborted.ts';
import { HttpError } from './errors.ts';

/** A signal that ends with the client's, or when the time is over; and what ends the waiting. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** The work's own end, or the deadline's, whichever comes first. */
  race<T>(work: Promise<T>): Promise<T>;
  /** Counts from now on again: for streams, whose parts have a time each. */
  renew(): void;
  end(): void;
}

/** Own code, and not `AbortSignal.any` with `AbortSignal.timeout`: one timer a request, and none left behind. */
export function deadline(client: AbortSignal, ms: number): Deadline {
  const stop = new AbortController();
  const over = () => stop.abort(new HttpError('timed_out', `this took longer than ${ms} ms; ask for less`));
  const gone = () => stop.abort(client.reason);
  let timer = setTimeout(over, ms);
  if (client.aborted) gone();
  client.addEventListener('abort', gone, { once: true });
  const { signal } = stop;
  return {
    signal,
    race: (work) => {
      work.catch(() => {}); // nobody waits for it after the deadline
      return untilAborted(signal, () => work);
    },
    renew: () => {
      clearTimeout(timer);
      timer = setTimeout(over, ms);
    },
    end: () => {
      clearTimeout(timer);
      client.removeEventListener('abort', gone);
    },
  };
}
