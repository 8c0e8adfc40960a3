import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { config } from '../config.ts';
import { ChelatedError } from '../errors.ts';
import { loadKernels } from '../kernels/load.ts';
import { loadEcharts } from '../lab/chart.ts';
import { datasetName, type Experiment, type LabRow } from '../lab/experiment.ts';
import { experiments } from '../lab/experiments.ts';
import { labState } from '../lab/lab-state.ts';
import { overSeeds } from '../lab/mean-row.ts';
import { type Reproduction, reproduction, reproductionText, tolerance } from '../lab/reproduction.ts';
import { readRows } from '../lab/row-file.ts';
import { rowsPath, runExperiment } from '../lab/run-experiment.ts';
import { reportPage, reportText } from '../lab/write-report.ts';
import { argumentsOf } from './arguments-of.ts';
import { Failure } from './failure.ts';
import { options } from './options.ts';
import { parseNumber } from './parse-number.ts';
import { print } from './print.ts';
import { type Progress, progress } from './progress.ts';
import { makeFolder, writeFile } from './write-file.ts';

interface LabCommandOptions {
  readonly dataset: readonly string[];
  readonly student: readonly string[];
  readonly teacher: readonly string[];
  readonly seeds: readonly number[];
  readonly alpha?: number;
  readonly out: string;
  readonly against?: string;
  readonly only?: string;
  readonly device: string;
  readonly json?: boolean;
}

/** The commands that measure, one an experiment. */
export function labCommands(program: Command): void {
  for (const experiment of experiments) addCommand(program, experiment);
}

function addCommand(program: Command, experiment: Experiment): void {
  const { name, description } = experiment;
  const stored = `stored:${config.teacher}`;
  const command = program
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
    .addOption(
      new Option(
        '--against <ROWS.jsonl>',
        `compare with the rows of an earlier run; a quality figure that differs by more than ${tolerance} is a failure`,
      ).conflicts('only'),
    )
    .option('--only <CELL>', 'measure one cell alone, by its name in the file of rows')
    .addOption(options.device())
    .addOption(options.json())
    .addHelpText('after', `\nExample:\n  chelated ${name} --dataset scifact cisi --teacher ${stored} --out results`)
    .action((_, command: Command) => run(experiment, command));
  if (experiment.takesAlpha) command.addOption(options.alpha());
}

/** Seeds one by one: commander hands over the default first, then what it got back. */
function parseSeed(text: string, before: readonly number[]): readonly number[] {
  const seed = parseNumber({ minimum: 0, whole: true })(text);
  return before === noSeeds ? [seed] : [...before, seed];
}
const noSeeds: readonly number[] = [config.seed];

async function run(experiment: Experiment, command: Command): Promise<void> {
  const given = command.opts<LabCommandOptions>();
  const { out, against, json = false } = given;
  checkNames(given.dataset);
  const earlier = against === undefined ? null : await readRows(against, experiment.name);
  await makeFolder(out);
  const display = progress({ silent: json });
  if (given.only !== undefined) {
    await measure(experiment, command, display);
    return;
  }
  const noPage = await whyNoPage();
  if (noPage) display.note(`chelated: ${noPage}; measures, and leaves the page out`);
  const rows = await measure(experiment, command, display);
  const report = experiment.report(overSeeds(rows, experiment.parameters));
  const page = noPage === null ? join(out, `${experiment.name}.html`) : null;
  if (page) await writeFile(page, await reportPage(report));
  const compared = earlier && reproduction(rows, earlier, experiment.parameters);
  const document = {
    rows: rowsPath(out, experiment),
    report: page,
    ...(noPage && { noPage }),
    ...(compared && { against: compared }),
  };
  const text = () => {
    const parts = [reportText(report), page ?? `no page: ${noPage}`, compared && reproductionText(compared, against!)];
    return parts.filter((part) => part !== null).join('\n\n');
  };
  const failure = compared && notReproduced(compared, against!);
  // Under --json there is one document, and a failure has all that the other one has.
  if (!failure || !json) print(json, document, text);
  if (failure) throw new Failure('invalid_input', failure, document);
}

/** Rows of the whole setup, those measured before included. */
async function measure(experiment: Experiment, command: Command, display: Progress): Promise<LabRow[]> {
  const given = command.opts<LabCommandOptions>();
  const { out, only } = given;
  const stop = new AbortController();
  const interrupt = () => stop.abort(new ChelatedError('invalid_input', 'stopped; the same command goes on from here'));
  process.once('SIGINT', interrupt);
  try {
    const kernels = await loadKernels();
    const setup = {
      kernels,
      datasets: given.dataset,
      students: unique(given.student),
      teachers: unique(given.teacher),
      seeds: unique(given.seeds),
      alpha: given.alpha ?? config.alpha,
      signal: stop.signal,
    };
    return await runExperiment(experiment, setup, {
      out,
      stateOf: labState(kernels),
      onCell: (key, share) => display.show(experiment.name, share, { detail: key }),
      // A cell's own process has nothing new to say.
      ...(only === undefined
        ? { onStale: (rows) => display.note(staleNote(rowsPath(out, experiment), rows)) }
        : { only }),
      elsewhere: (key) => again(command, key, stop.signal),
    });
  } finally {
    display.stop();
    process.off('SIGINT', interrupt);
  }
}

const staleNote = (path: string, rows: number) =>
  `chelated: ${path} has ${rows} rows of another state (data, encoders, version or defaults); they stay there, and are measured again`;

function notReproduced({ figures, beyond }: Reproduction, against: string): string | null {
  if (figures === 0)
    return `no row of ${against} is of this command; give it the collections, encoders and seeds of that file`;
  if (beyond.length === 0) return null;
  return `${beyond.length} of ${figures} figures differ by more than ${tolerance} from ${against}`;
}

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];

/** Rows know a collection by its folder's name. */
function checkNames(datasets: readonly string[]): void {
  const names = datasets.map(datasetName);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return;
  throw new ChelatedError(
    'invalid_input',
    `--dataset has ${twice} twice; collections go by their folder’s name, give each once`,
  );
}

async function whyNoPage(): Promise<string | null> {
  try {
    await loadEcharts();
    return null;
  } catch (error) {
    if (error instanceof ChelatedError) return error.message;
    throw error;
  }
}

/**
 * The same command in a process of its own, for one cell: with everything that it was given, but for what the one that
 * waits for it does with the rows.
 */
async function again(command: Command, key: string, signal: AbortSignal): Promise<void> {
  const own = argumentsOf(command, ['against', 'only', 'json']);
  const child = spawn(
    process.execPath,
    [...process.execArgv, process.argv[1]!, command.name(), ...own, '--only', key, '--json'],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      signal,
    },
  );
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new ChelatedError('backend_failed', `the process that measured ${key} ended with code ${code}`);
}
