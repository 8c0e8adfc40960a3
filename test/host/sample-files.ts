import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAdapter } from '../../src/adapter/read-adapter.ts';
import { writeAdapter } from '../../src/adapter/write-adapter.ts';
import { config } from '../../src/config.ts';
import { distil } from '../../src/distil/distil.ts';
import { openEncoder } from '../../src/encode/open-encoder.ts';
import { readNamedStudent } from '../../src/encode/student-folder.ts';
import { readDataset } from '../../src/evaluate/read-dataset.ts';
import { hostAdapter } from '../../src/host/host-adapter.ts';
import { hostStudent } from '../../src/host/host-student.ts';
import { loadKernels } from '../../src/kernels/load.ts';

/** Paths of a student that is shipped and an adapter distilled from the sample, as host files and as ONNX; `texts` is not written. */
export async function writeSampleFiles(folder: string, name: string = config.student) {
  const kernels = await loadKernels();
  const student = await openEncoder(name, { kernels });
  const teacher = await openEncoder('vectors:assets/sample/teacher/documents.safetensors', { kernels });
  const { documents } = await readDataset('assets/sample');
  const [ids, texts] = [documents.map(({ id }) => id), documents.map(({ text }) => text)];
  const { parts, card } = await distil({ documents: { ids, texts }, student, teacher, kernels });
  const onnx = await writeAdapter(parts, card);
  const at = (name: string) => join(folder, name);
  const files = {
    ...{ student: at('student.chelated'), adapter: at('adapter.chelated') },
    ...{ onnx: at('adapter.onnx'), texts: at('texts') },
  };
  writeFileSync(files.student, await hostStudent(await readNamedStudent(name), kernels));
  writeFileSync(files.onnx, onnx);
  writeFileSync(files.adapter, await hostAdapter(await readAdapter(onnx)));
  return files;
}
