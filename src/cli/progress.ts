import { Presets, SingleBar } from 'cli-progress';
import { config } from '../config.ts';
import { type Done, secondsLeft, timeText } from './time-left.ts';

/** Shows how far a long command is, on stderr: a bar with the time left on a terminal, else a line now and then. */
export interface Progress {
  /**
   * A step with its share done, 0 … 1, the share of it that had been done before (a cache had it), and a word on it that
   * may change. A new label begins a new step.
   */
  show(step: string, share: number, more?: { readonly known?: number; readonly detail?: string }): void;
  /** A line of text between the steps. */
  note(line: string): void;
  stop(): void;
}

export function progress({ silent = false }: { silent?: boolean } = {}): Progress {
  const note = (line: string) => process.stderr.write(`${line}\n`);
  if (silent) return { show: () => {}, note, stop: () => {} };
  return process.stderr.isTTY ? bar(note) : lines(note);
}

interface Step {
  readonly name: string;
  readonly began: number;
  readonly first: Done;
}

const begin = (name: string, first: Done): Step => ({ name, began: performance.now(), first });

/** ", about 12 s left", or nothing where it cannot be told. */
function left({ began, first }: Step, done: Done, before: string): string {
  const seconds = secondsLeft(first, done, (performance.now() - began) / 1000);
  return seconds === undefined ? '' : `${before}about ${timeText(seconds)} left`;
}

function bar(note: (line: string) => void): Progress {
  let current: (Step & { readonly bar: SingleBar }) | undefined;
  const stop = () => {
    current?.bar.stop();
    current = undefined;
  };
  return {
    show(name, share, { known = 0, detail = '' } = {}) {
      const done = { share, known };
      if (current?.name !== name) {
        stop();
        const options = { format: '{step} {bar} {percentage}%  {left}  {detail}', hideCursor: true };
        current = { ...begin(name, done), bar: new SingleBar(options, Presets.shades_classic) };
        current.bar.start(1000, Math.round(share * 1000), { step: name.padEnd(24), left: '', detail });
      }
      current.bar.update(Math.round(share * 1000), { left: left(current, done, ''), detail });
      if (share >= 1) stop();
    },
    note(line) {
      stop();
      note(line);
    },
    stop,
  };
}

function lines(note: (line: string) => void): Progress {
  let current: Step | undefined;
  let said = 0;
  return {
    show(name, share, { known = 0, detail = '' } = {}) {
      const now = performance.now();
      const done = { share, known };
      if (current?.name !== name) {
        current = begin(name, done);
        said = now;
        note(name);
      } else if (share < 1 && now - said >= config.cli.progressMs) {
        said = now;
        note(`${name}: ${Math.round(share * 100)} %${left(current, done, ', ')}${detail ? `, ${detail}` : ''}`);
      }
    },
    note,
    stop: () => {},
  };
}
