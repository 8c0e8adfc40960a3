import { Presets, SingleBar } from 'cli-progress';
import { config } from '../config.ts';

/** Shows how far a long command is, on stderr: a bar with the time left on a terminal, else a line now and then. */
export interface Progress {
  /** A step with its share done, 0 … 1. A new label begins a new step. */
  show(step: string, share: number): void;
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
    show(step, share) {
      if (current?.step !== step) {
        stop();
        const options = { format: '{step} {bar} {percentage}%  {eta_formatted} left', hideCursor: true };
        current = { step, bar: new SingleBar(options, Presets.shades_classic) };
        current.bar.start(1000, 0, { step: step.padEnd(24) });
      }
      current.bar.update(Math.round(share * 1000));
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
  let said = 0;
  return {
    show(label, share) {
      const now = performance.now();
      if (label !== step) {
        [step, began, said] = [label, now, now];
        note(label);
      } else if (share < 1 && now - said >= config.cli.progressMs) {
        said = now;
        const left = share > 0 ? `, about ${Math.ceil((((now - began) / share) * (1 - share)) / 1000)} s left` : '';
        note(`${label}: ${Math.round(share * 100)} %${left}`);
      }
    },
    note,
    stop: () => {},
  };
}
