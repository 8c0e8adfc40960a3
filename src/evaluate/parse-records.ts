import { ChelatedError } from '../errors.ts';
import { lines } from './lines.ts';
import type { TextRecord } from './text-record.ts';

/**
 * Records from lines of JSON {"_id", "title"?, "text"}; numbers are taken as ids too.
 *
 * @throws {ChelatedError} invalid_input, naming the file and the line
 */
export function parseRecords(text: string, file: string): TextRecord[] {
  return Array.from(lines(text), ({ number, line }) => parseRecord(line, `${file}, line ${number}`));
}

function parseRecord(line: string, where: string): TextRecord {
  const record = parseObject(line, where);
  const id = typeof record._id === 'number' ? String(record._id) : record._id;
  if (typeof id !== 'string' || id === '') {
    throw invalid(where, `"_id" must be a non-empty string, got ${JSON.stringify(record._id)}`);
  }
  const title = record.title ?? '';
  if (typeof title !== 'string') throw invalid(where, `"title" must be a string, got ${JSON.stringify(title)}`);
  if (typeof record.text !== 'string')
    throw invalid(where, `"text" must be a string, got ${JSON.stringify(record.text)}`);
  return { id, text: `${title} ${record.text}`.trim() };
}

function parseObject(line: string, where: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw invalid(where, 'not JSON; every line must be one object {"_id", "title", "text"}', cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(where, `expected an object {"_id", "title", "text"}, got ${line.slice(0, 40)}`);
  }
  return value as Record<string, unknown>;
}

const invalid = (where: string, what: string, cause?: unknown) =>
  new ChelatedError('invalid_input', `${where}: ${what}`, { cause });
