import { describe, expect, test } from 'bun:test';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

describe('src/onnx/gen', () => {
  test('is what scripts/build-proto.ts makes of onnx.proto', () => {
    const out = mkdtempSync(join(tmpdir(), 'chelated-proto-'));
    try {
      const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts/build-proto.ts'), out]);
      expect(`${status} ${stderr}`).toBe('0 ');
      const made = readFileSync(join(out, 'onnx_pb.ts'), 'utf8');
      expect(made).toBe(readFileSync(join(root, 'src/onnx/gen/onnx_pb.ts'), 'utf8'));
    } finally {
      rmSync(out, { recursive: true });
    }
  });
});
