import { config } from '../config.ts';
import { ChelatedError } from '../errors.ts';
import { parts } from './read-body.ts';

/** A line of a streamed body: its number from 1, and its text, null where it was longer than a line may be. */
export interface Line {
  readonly number: number;
  readonly text: string | null;
}

/** The lines of a body as they come, without blank ones. Never more than one line is in memory, and of a long one only its start. */
export async function* documentLines(
  body: ReadableStream<Uint8Array>,
  onPart: () => void,
): AsyncGenerator<Line, undefined> {
  const decoder = new TextDecoder();
  const most = config.http.maxLineBytes;
  let number = 1;
  let text = '';
  let tooLong = false;
  const line = (): Line | null => {
    const whole = { number, text: tooLong ? null : text };
    [number, text, tooLong] = [number + 1, '', false];
    return whole.text?.trim() === '' ? null : whole;
  };
  for await (const part of parts(body)) {
    onPart();
    const pieces = decoder.decode(part, { stream: true }).split('\n');
    for (let i = 0; i < pieces.length; i++) {
      if (i > 0) {
        const done = line();
        if (done) yield done;
      }
      if (text.length + pieces[i]!.length > most) [text, tooLong] = ['', true];
      else if (!tooLong) text += pieces[i];
    }
  }
  text += decoder.decode();
  const last = line();
  if (last) yield last;
  return undefined;
}

export const lineTooLong = () =>
  new ChelatedError('too_large', `a line has at most ${config.http.maxLineBytes} bytes; split the document`);
