import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const hosts = join(root, 'hosts');

export const asset = (name: string) => join(root, 'assets', name);

/** A host and how one of its programs is started. Built by its own tests, but for Rust's, which cargo builds when asked. */
export interface HostProgram {
  readonly language: string;
  /** Build of the kernels that it runs. */
  readonly kernels: 'simd' | 'scalar';
  readonly command: readonly string[];
  readonly folder: string;
}

/** Graal's compiler in a Java that has none, and the vectors that GraalWasm makes SIMD of. */
const graalOptions = [
  ...['-XX:+UnlockExperimentalVMOptions', '-XX:+EnableJVMCI', '--upgrade-module-path', 'target/graal'],
  ...['--add-modules', 'jdk.incubator.vector', '--enable-native-access=ALL-UNNAMED'],
  ...['-Dchelated.graal=true', '-Dchelated.warm=10'],
];

export type Program = 'correct' | 'bench';

/**
 * The same program in every language; `CHELATED_PYTHON` is a Python that has the package. `CHELATED_GRAAL_JAVA`, the `java` of
 * version 25, adds GraalWasm, after `mvn -P graal process-classes`.
 */
export function hostPrograms(program: Program): HostProgram[] {
  const python = process.env.CHELATED_PYTHON ?? 'python3';
  const java = join(hosts, 'java');
  const main = `chelated.${program === 'correct' ? 'Correct' : 'Bench'}`;
  const graal = process.env.CHELATED_GRAAL_JAVA ? [process.env.CHELATED_GRAAL_JAVA] : [];
  const cargo = ['cargo', 'run', '--quiet', '--locked', '--example', program, '--'];
  return [
    { language: 'Go', kernels: 'simd', command: ['go', 'run', `./cmd/${program}`], folder: join(hosts, 'go') },
    { language: 'Rust', kernels: 'simd', command: cargo, folder: join(hosts, 'rust') },
    { language: 'Python', kernels: 'simd', command: [python, `examples/${program}.py`], folder: join(hosts, 'python') },
    { language: 'Java', kernels: 'scalar', command: ['java', '-cp', classpath(java), main], folder: java },
    ...graal.map((binary): HostProgram => {
      const command = [binary, ...graalOptions, '-cp', classpath(java), main];
      return { language: 'Java, GraalWasm', kernels: 'simd', command, folder: java };
    }),
  ];
}

export const kernelsOf = (build: HostProgram['kernels']) =>
  asset(build === 'simd' ? 'chelated-kernels.wasm' : 'chelated-kernels-scalar.wasm');

/** Runs one to its end. */
export function runHost({ language, command, folder }: HostProgram, args: readonly string[]): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync([...command, ...args], { cwd: folder });
  if (exitCode !== 0) throw new Error(`${language}: ${command.join(' ')} ended with ${exitCode}\n${stderr}`);
  return stdout.toString();
}

function classpath(folder: string): string {
  const file = join(folder, 'target/classpath');
  if (!existsSync(file)) throw new Error(`${file} is missing; run mvn test in hosts/java first`);
  return `${join(folder, 'target/classes')}:${readFileSync(file, 'utf8').trim()}`;
}
