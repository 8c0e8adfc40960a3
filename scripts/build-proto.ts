// Writes src/onnx/gen from src/onnx/proto/onnx.proto, with buf and protoc-gen-es from node_modules; no network.
//   node scripts/bun.mjs scripts/build-proto.ts [OUT]
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const root = join(import.meta.dirname, '..');
const out = process.argv[2] ?? join(root, 'src/onnx/gen');
const buf = join(dirname(require.resolve('@bufbuild/buf/package.json')), 'bin/buf');
const plugin = join(dirname(require.resolve('@bufbuild/protoc-gen-es/package.json')), 'bin/protoc-gen-es');

// Both are JavaScript with a `node` in their first line: run them with the runtime that runs this, whichever it is.
const template = {
  version: 'v2',
  plugins: [{ local: [process.execPath, plugin], out, opt: ['target=ts', 'import_extension=none'] }],
};
const args = [buf, 'generate', join(root, 'src/onnx/proto'), '--template', JSON.stringify(template)];
const { status, error } = spawnSync(process.execPath, args, { stdio: 'inherit' });
if (error) throw error;
process.exit(status ?? 1);
