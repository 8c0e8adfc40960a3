import type { AdapterKind, DeviceChoice } from 'chelated/browser';
import { gatePlot } from './gate-plot.ts';
import type { Answer, Call, Hit } from './messages.ts';

const at = <E extends HTMLElement = HTMLInputElement>(id: string) => document.getElementById(id) as unknown as E;
const say = (text: string) => {
  at('said').textContent = text;
};

let worker: Worker | undefined;
const ask = (call: Call) => worker?.postMessage(call);

// A worker has the policy that its own file was sent with, and a server of files sends none; one from a blob has the page's.
const code = `import ${JSON.stringify(new URL('worker.js', document.baseURI))};`;
const workerUrl = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));

/** A new worker in place of the one before, whose memory goes with it. */
function startWorker(): void {
  worker?.terminate();
  worker = new Worker(workerUrl, { type: 'module' });
  worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => hear(data));
  worker.addEventListener('error', (event) => stop(`The worker failed: ${event.message || 'it could not be loaded'}`));
}

function hear(answer: Answer): void {
  if (answer.type === 'progress') showProgress(answer);
  else if (answer.type === 'note') at('notes').append(made('li', answer.text));
  else if (answer.type === 'adapter') showAdapter(answer);
  else if (answer.type === 'found') for (const side of ['before', 'after'] as const) showHits(side, answer[side]);
  else if (isRunning) stop(answer.message);
  else say(answer.message);
}

/** Whether an adapter is being made. */
let isRunning = false;
function setRunning(running: boolean): void {
  isRunning = running;
  at<HTMLButtonElement>('start').disabled = running;
  at<HTMLButtonElement>('cancel').disabled = !running;
}

/** Ends the work: what it had so far goes with the worker. */
function stop(why: string): void {
  worker?.terminate();
  worker = undefined;
  at<HTMLProgressElement>('share').value = 0;
  setRunning(false);
  say(why);
}

let announced = '';
function showProgress({ step, share }: Extract<Answer, { type: 'progress' }>): void {
  at<HTMLProgressElement>('share').value = share;
  // Quarters only: a screen reader reads every change out.
  const text = `${step}, ${Math.floor(share * 4) * 25} %`;
  if (text !== announced) say((announced = text));
}

function showAdapter({ file, card, verdict }: Extract<Answer, { type: 'adapter' }>): void {
  const { gate } = card;
  const promoted = gate?.promoted ?? false;
  at('verdict').textContent = verdict;
  at('plot').replaceChildren(...(gate ? [gatePlot(gate)] : []));
  const link = at<HTMLAnchorElement>('download');
  URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(new Blob([file], { type: 'application/octet-stream' }));
  link.download = promoted || gate?.forced ? 'adapter.onnx' : 'adapter.refused.onnx';
  at('size').textContent = `${link.download}, ${Math.ceil(file.length / 1000)} kB`;
  at('result').hidden = false;
  at<HTMLProgressElement>('share').value = 1;
  setRunning(false);
  say(`Done: ${card.documents} documents, a ${card.kind} adapter, ${promoted ? 'promoted' : 'refused'} by the gate.`);
}

function showHits(side: 'before' | 'after', hits: readonly Hit[]): void {
  at(side).replaceChildren(
    ...hits.map(({ id, score, text }) => {
      const item = made('li', text.length > 200 ? `${text.slice(0, 200)}…` : text);
      item.append(' ', made('small', `${id} · ${score.toFixed(3)}`));
      return item;
    }),
  );
}

const made = (tag: string, text: string) => Object.assign(document.createElement(tag), { textContent: text });

function begin(): void {
  const corpus = at('corpus').files![0]!;
  const model = Array.from(at('model').files!, (file) => ({ path: file.webkitRelativePath, file }));
  const device = at('device').value as DeviceChoice;
  const teacher = teacherIs('vectors') ? { vectors: at('vectors').files![0]! } : { model, device };
  at('result').hidden = true;
  for (const list of ['notes', 'before', 'after']) at(list).replaceChildren();
  startWorker();
  setRunning(true);
  say('Loading the student…');
  ask({ type: 'distil', corpus, teacher, kind: at('kind').value as AdapterKind, force: at('force').checked });
}

const teacherIs = (way: string) =>
  document.querySelector<HTMLInputElement>('input[name="teacher"]:checked')!.value === way;

function showTeacherFields(): void {
  for (const way of ['vectors', 'model']) {
    at(`${way}-field`).hidden = !teacherIs(way);
    at(way).required = teacherIs(way);
  }
  at('device-field').hidden = !teacherIs('model');
}

const on = (id: string, type: string, listener: (event: DragEvent) => void) =>
  at(id).addEventListener(type, listener as (event: Event) => void);

on('distil', 'change', showTeacherFields);
on('distil', 'submit', (event) => {
  event.preventDefault();
  begin();
});
on('cancel', 'click', () => stop('Cancelled: no adapter was made.'));
on('search', 'submit', (event) => {
  event.preventDefault();
  ask({ type: 'search', query: at('query').value });
});
for (const type of ['dragenter', 'dragover', 'dragleave', 'drop']) {
  on('drop', type, (event) => {
    event.preventDefault();
    at('drop').classList.toggle('over', type === 'dragenter' || type === 'dragover');
    if (type === 'drop' && event.dataTransfer?.files.length) at('corpus').files = event.dataTransfer.files;
  });
}
showTeacherFields();
