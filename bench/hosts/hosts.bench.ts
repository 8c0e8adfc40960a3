// The hosts beside the native way of their languages, all in one run: node scripts/bun.mjs bench/hosts/hosts.bench.ts [--json]
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDataset } from '../../src/evaluate/read-dataset.ts';
import { hostAdapter } from '../../src/host/host-adapter.ts';
import { sample } from '../../test/adapter/samples.ts';
import { asset, hostPrograms, kernelsOf, runHost } from '../../test/host/host-programs.ts';
import { writeSampleFiles } from '../../test/host/sample-files.ts';

interface Report {
  readonly load: number; // ms
  readonly figures: readonly { name: string; batch: number; one: number; native: number }[];
}

const dims = 384;
const texts = 1000;
const folder = mkdtempSync(join(tmpdir(), 'chelated-bench-'));
try {
  const files = await writeSampleFiles(folder);
  const { documents } = await readDataset('assets/sample');
  const content = documents.slice(0, texts).map(({ text }) => `${text}\0`);
  writeFileSync(files.texts, content.join(''));
  const affine = join(folder, 'affine.chelated');
  const { parts, card } = sample('affine', 1, { dIn: dims, dOut: dims });
  writeFileSync(affine, await hostAdapter({ parts, card, hash: '0'.repeat(64) }));
  const reports = hostPrograms('bench').map((host) => {
    const modules = [kernelsOf(host.kernels), asset('chelated-wordpiece.wasm')];
    const said = runHost(host, [...modules, files.student, files.adapter, affine, files.texts]);
    return { language: host.language, kernels: host.kernels, ...(JSON.parse(said) as Report) };
  });
  if (process.argv.includes('--json')) console.log(JSON.stringify(reports));
  else {
    console.log(
      '| | load ms | | ns a vector, batch | native | calls a second, one vector |\n|---|---|---|---|---|---|',
    );
    for (const { language, kernels, load, figures } of reports) {
      figures.forEach(({ name, batch, one, native }, i) => {
        const [first, ms] = i === 0 ? [`${language}, ${kernels}`, load.toFixed(0)] : ['', ''];
        console.log(`| ${first} | ${ms} | ${name} | ${round(batch)} | ${round(native)} | ${round(one)} |`);
      });
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}

/** Three digits: more is noise. */
function round(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en-US');
}
