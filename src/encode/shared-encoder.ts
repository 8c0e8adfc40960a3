import { ChelatedError } from '../errors.ts';
import type { Encoder } from './encoder.ts';

/** One user's hold on an encoder that others may use too. */
export interface SharedEncoder {
  /** Loads the encoder on the first call of any holder. A failure is not kept: the next call tries again. */
  open(): Promise<Encoder>;
  /** Gives up this hold; the last one disposes the encoder. A second call does nothing. */
  dispose(): void;
}

interface Entry {
  holders: number;
  loading: Promise<Encoder> | undefined;
}

const entries = new Map<string, Entry>();

/**
 * The encoder of that key, loaded when it is first needed and once for all in this process who name the same key: id and
 * options, whatever decides what `open` gives.
 *
 * Edge    after the last `dispose` the same key loads anew
 * @throws {ChelatedError} `open()` what the encoder's own opening throws, and invalid_input after `dispose()`
 */
export function sharedEncoder(key: string, open: () => Promise<Encoder>): SharedEncoder {
  const entry = entries.get(key) ?? { holders: 0, loading: undefined };
  entries.set(key, entry);
  entry.holders++;
  let isHeld = true;
  return {
    open: () => {
      if (!isHeld) throw new ChelatedError('invalid_input', `the hold on encoder ${key} was disposed; take another`);
      entry.loading ??= open().catch((error: unknown) => {
        entry.loading = undefined;
        throw error;
      });
      return entry.loading;
    },
    dispose: () => {
      if (!isHeld) return;
      isHeld = false;
      if (--entry.holders > 0) return;
      entries.delete(key);
      entry.loading?.then(
        (encoder) => encoder.dispose(),
        () => {},
      );
    },
  };
}
