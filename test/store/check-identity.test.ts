import { expect, test } from 'bun:test';
import { checkIdentity } from '../../src/store/check-identity.ts';
import { codeOf } from '../encode/code-of.ts';

const of = (student: string, baseFingerprint: string) => ({ name: 'main', student, baseFingerprint, dims: 4 });

test('a collection opens for the student that made it, whatever that is called', () => {
  expect(() => checkIdentity(of('mine', 'a'), of('yours', 'a'))).not.toThrow();
});

test('another student, or another revision of it, is refused with what to do', async () => {
  expect(await codeOf(() => checkIdentity(of('mine', 'a'), of('yours', 'b')))).toBe('adapter_wrong_model');
  expect(() => checkIdentity(of('mine', 'a'), of('yours', 'b'))).toThrow('the student that made it (mine), or index');
  expect(() => checkIdentity(of('mine', 'a'), of('mine', 'b'))).toThrow('(the former mine, named by its folder)');
});
