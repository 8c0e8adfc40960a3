import { InvalidArgumentError, Option } from 'commander';
import { adapterKinds, distilModes, outputSpaces } from '../adapter/card.ts';
import { config } from '../config.ts';
import { shippedStudents } from '../encode/student-folder.ts';
import { deviceChoices } from '../onnx/device.ts';
import { parseNumber } from './parse-number.ts';

/** The options that more than one command has, or whose values come from a closed list. */
export const options = {
  student: () =>
    new Option(
      '--student <ID>',
      `encoder that serves: ${shippedStudents.join(', ')}, a student folder, or vectors:DOCS.npy,QUERIES.npy`,
    ).default(config.student),
  mode: () => new Option('--mode <MODE>', 'what is learned (default: offline with a teacher)').choices(distilModes),
  alpha: () =>
    new Option('--alpha <NUMBER>', 'teacher weight in hybrid mode')
      .argParser(parseNumber({ minimum: 0, maximum: 1 }))
      .default(config.alpha),
  push: () =>
    new Option('--push <NUMBER>', 'magnitude of the homeostatic push')
      .argParser(parseNumber({ minimum: 0, maximum: 1e6 }))
      .default(config.push),
  adapter: () =>
    new Option('--adapter <KIND>', `map that is fitted (default: ${config.adapter}; mlp in mode sdft)`).choices(
      adapterKinds.filter((kind) => kind !== 'identity'),
    ),
  space: () =>
    new Option('--space <SPACE>', 'space of the corrected vectors').choices(outputSpaces).default(config.space),
  dims: () =>
    new Option('--dims <NUMBER>', 'cut the corrected vectors to this width').argParser(
      parseNumber({ minimum: 1, whole: true }),
    ),
  seed: () =>
    new Option('--seed <NUMBER>', 'of the documents held out')
      .argParser(parseNumber({ minimum: 0, whole: true }))
      .default(config.seed),
  data: () => new Option('--data <PATH>', 'data folder, or its database').default(config.dataDirectory),
  host: () => new Option('--host <HOST>', 'address to listen on').argParser(parseHost).default(config.http.host),
  port: () =>
    new Option('--port <NUMBER>', 'port to listen on, 0 for any free one')
      .argParser(parseNumber({ minimum: 0, maximum: 65535, whole: true }))
      .default(config.http.port),
  device: () =>
    new Option('--device <DEVICE>', 'where transformers and gradient fits run; auto: a GPU through WebGPU, else wasm')
      .choices(deviceChoices)
      .default(config.device.choice),
  json: () => new Option('--json', 'one JSON document on stdout'),
};

/** A server would take no name at all for every address of the machine. */
function parseHost(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError('Expected a host name or an address; 0.0.0.0 listens on every one.');
}
