import { ChelatedError } from '../errors.ts';

/** What every call on a collection that was dropped is refused with. */
export const dropped = (name: string) =>
  new ChelatedError('not_found', `collection ${name} was dropped; open it again to make a new one`);

/** What every call is refused with once the store is closed. */
export const closed = () => new ChelatedError('storage_failed', 'the store is closed; open it again');
