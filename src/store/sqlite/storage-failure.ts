import { ChelatedError } from '../../errors.ts';

const restore = (path: string) => `restore a backup: chelated restore --from BACKUP --data ${path}`;

/** What SQLite says, in words that every runtime passes on, and what a user can do. Codes are not passed on by all. */
const meanings: readonly [says: RegExp, means: (path: string) => string][] = [
  [
    /locked/,
    () => 'is in use by another process, and one at a time may; stop that one, or give this one a file of its own',
  ],
  [/readonly/, () => 'cannot be written: the file, its folder or the disk is read-only; reading goes on'],
  [/full/, () => 'did not take the change, the disk is full: free some space and try again; reading goes on'],
  [/malformed|not a database/, (path) => `is damaged or no database; ${restore(path)}`],
  [/unable to open/, () => 'cannot be opened; see that its folder is there and may be read and written'],
  [
    /disk I\/O/,
    (path) => `met a disk that failed or is full; free some space or, if the disk is damaged, ${restore(path)}`,
  ],
];

/** Whatever SQLite or the file system threw, as {ChelatedError} storage_failed that says what to do. */
export function storageFailure(path: string, cause: unknown): unknown {
  if (cause instanceof ChelatedError || !(cause instanceof Error)) return cause;
  // Ours to mend, not the user's.
  if (cause instanceof TypeError || cause instanceof RangeError) return cause;
  const means = meanings.find(([says]) => says.test(cause.message))?.[1];
  const message = means ? `${means(path)} (${cause.message})` : `failed: ${cause.message}`;
  return new ChelatedError('storage_failed', `database ${path} ${message}`, { cause });
}

/** A cell that cannot be what was written. */
export function damaged(path: string, what: string): ChelatedError {
  return new ChelatedError('storage_failed', `database ${path} is damaged: ${what}; ${restore(path)}`);
}
