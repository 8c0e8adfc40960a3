import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Command } from 'commander';
import { config } from '../config.ts';
import { ChelatedError } from '../errors.ts';
import { loadKernels } from '../kernels/load.ts';
import type { Experiment } from '../lab/experiment.ts';
import { experiments } from '../lab/experiments.ts';
import { rowsPath, runExperiment } from '../lab/run-experiment.ts';
import { reportPage, reportText } from '../lab/write-report.ts';
import { options } from './options.ts';
import { parseNumber } from './parse-number.ts';
import { print } from './print.ts';
import { progress } from './progress.ts';
import { makeFolder, writeFile } from './write-file.ts';

interface LabCommandOptions {
  readonly dataset: readonly string[];
  readonly student: readonly string[];
  readonly teacher: readonly string[];
  readonly seeds: readonly number[];
  readonly out: string;
  readonly only?: string;
  readonly json?: boolean;
}

/** The commands that measure: `chelated sweep`, `ladder`, `compare`, `cycles`, `benchmark-distillation`. */
export function labCommands(program: Command): void {
  for (const experiment of experiments) addCommand(program, experiment);
}

function addCommand(program: Command, experiment: Experiment): void {
  const { name, description } = experiment;
  const stored = `stored:${config.teacher}`;
  program
    .command(name)
    .description(`measure ${description}`)
    .requiredOption('--dataset <DATASET_DIR...>', 'judged collections in BEIR layout')
    .option('--student <ID...>', 'encoders that serve; {dataset} stands for the collection’s name', [config.student])
    .option('--teacher <ID...>', 'encoders that teach; stored:MODEL is CHELATED_VECTORS/MODEL/COLLECTION/*.npy', [
      stored,
    ])
    .option('--seeds <NUMBERS...>', 'of what is drawn and held out', parseSeed, noSeeds)
    .requiredOption(
      '--out <DIR>',
      `folder of ${name}.jsonl and ${name}.html; the same command goes on where it stopped`,
    )
    .option('--only <CELL>', 'measure one cell alone, by its name in the file of rows')
    .addOption(options.device())
    .addOption(options.json())
    .addHelpText('after', `\nExample:\n  chelated ${name} --dataset scifact cisi --teacher ${stored} --out results`)
    .action((given: LabCommandOptions) => run(experiment, given));
}

/** Seeds one by one: commander hands over the default first, then what it got back. */
function parseSeed(text: string, before: readonly number[]): readonly number[] {
  const seed = parseNumber({ minimum: 0, whole: true })(text);
  return before === noSeeds ? [seed] : [...before, seed];
}
const noSeeds: readonly number[] = [config.seed];

async function run(experiment: Experiment, given: LabCommandOptions): Promise<void> {
  const { out, only, json = false } = given;
  await makeFolder(out);
  const display = progress({ silent: json });
  const stop = new AbortController();
  const interrupt = () => stop.abort(new ChelatedError('invalid_input', 'stopped; the same command goes on from here'));
  process.once('SIGINT', interrupt);
  const setup = {
    kernels: await loadKernels(),
    datasets: given.dataset,
    students: given.student,
    teachers: given.teacher,
    seeds: given.seeds,
    signal: stop.signal,
  };
  try {
    const rows = await runExperiment(experiment, setup, {
      out,
      ...(only !== undefined && { only }),
      onCell: (key, share) => display.show(experiment.name, share, { detail: key }),
      elsewhere: (key) => again(experiment, given, key, stop.signal),
    });
    if (only !== undefined) return;
    const report = experiment.report(rows);
    const page = join(out, `${experiment.name}.html`);
    await writeFile(page, await reportPage(report));
    display.stop();
    print(json, { rows: rowsPath(out, experiment), report: page }, () => `${reportText(report)}\n\n${page}`);
  } finally {
    display.stop();
    process.off('SIGINT', interrupt);
  }
}

/** The same command in a process of its own, for one cell. */
async function again({ name }: Experiment, given: LabCommandOptions, key: string, signal: AbortSignal): Promise<void> {
  const list = (option: string, values: readonly (string | number)[]) => [`--${option}`, ...values.map(String)];
  const parts = [list('dataset', given.dataset), list('student', given.student), list('teacher', given.teacher)];
  const own = [name, ...parts.flat(), ...list('seeds', given.seeds), '--out', given.out, '--only', key, '--json'];
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1]!, ...own], {
    stdio: ['ignore', 'ignore', 'inherit'],
    signal,
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new ChelatedError('backend_failed', `the process that measured ${key} ended with code ${code}`);
}
