import { Presets, SingleBar } from 'cli-progress';
import { config } from '../config.ts';

/** Shows how far a long command is, on stderr: a bar with the time left on a terminal, else a line now and then. */
export interface Progress {
  /** A step with its share done, 0 … 1, and a word on it that may change. A new label begins a new step. */
  show(step: string, share: number, detail?: string): void;
  /** A line of text between the steps. */
  note(line: string): void;
  stop(): void;
}

export function progress({ silent = false }: { silent?: boolean } = {}): Progress {
  const note = (line: string) => process.stderr.write(`${line}\n`);
  if (silent) return { show: () => {}, note, stop: () => {} };
  return process.stderr.isTTY ? bar(note) : lines(note);
}

function bar(note: (line: string) => void): Progress {
  let current: { step: string; bar: SingleBar } | undefined;
  const stop = () => {
    current?.bar.stop();
    current = undefined;
  };
  return {
    show(step, share, detail = '') {
      if (current?.step !== step) {
        stop();
        const options = { format: '{step} {bar} {percentage}%  {eta_formatted} left  {detail}', hideCursor: true };
        current = { step, bar: new SingleBar(options, Presets.shades_classic) };
        current.bar.start(1000, Math.round(share * 1000), { step: step.padEnd(24), detail });
      }
      current.bar.update(Math.round(share * 1000), { detail });
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
  let step = '';
  let began = 0;
  let first = 0;
  let said = 0;
  return {
    show(label, share, detail) {
      const now = performance.now();
      if (label !== step) {
        [step, began, first, said] = [label, now, share, now];
        note(label);
      } else if (share < 1 && now - said >= config.cli.progressMs) {
        said = now;
        // What was done before the first call says nothing about the speed.
        const seconds = (((now - began) / (share - first)) * (1 - share)) / 1000;
        const left = share > first ? `, about ${Math.ceil(seconds)} s left` : '';
        note(`${label}: ${Math.round(share * 100)} %${left}${detail ? `, ${detail}` : ''}`);
      }
    },
    note,
    stop: () => {},
  };
}
