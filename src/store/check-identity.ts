import { ChelatedError } from '../errors.ts';
import type { CollectionIdentity } from './store.ts';

/**
 * Refuses to open a collection for another student than the one that made it: their vectors are not comparable.
 *
 * @throws {ChelatedError} adapter_wrong_model
 */
export function checkIdentity(kept: CollectionIdentity, asked: CollectionIdentity): void {
  if (kept.baseFingerprint === asked.baseFingerprint && kept.dims === asked.dims) return;
  const was = `was made with ${kept.student} (base fingerprint ${kept.baseFingerprint}, d=${kept.dims})`;
  const is = `${asked.student} (base fingerprint ${asked.baseFingerprint}, d=${asked.dims})`;
  const maker = kept.student === asked.student ? `the former ${kept.student}, named by its folder` : kept.student;
  const advice = `serve it with the student that made it (${maker}), or index its documents again in a new store (another --data folder)`;
  throw new ChelatedError('adapter_wrong_model', `collection ${kept.name} ${was}, not with ${is}; ${advice}`);
}
