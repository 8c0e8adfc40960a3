/** What runs in the page. It is sent as its own source text, so it uses nothing from outside of itself. */
export function pageScript(): void {
  interface Signal {
    student: number;
    candidate: number;
    z: number;
  }
  interface Gate {
    promoted: boolean;
    reason: string;
    agreement: Signal | null;
    inverseCloze: Signal | null;
    judged: Signal | null;
  }
  interface Generation {
    number: number;
    serving: boolean;
    createdAt: number | null;
    adapter: { kind: string; mode: string; alpha: number | null; gate: Gate | null } | null;
  }
  interface Hits {
    generation: number;
    hits: { id: string; score: number; text: string }[];
  }

  const at = <E extends HTMLElement = HTMLInputElement>(id: string) => document.getElementById(id) as unknown as E;
  const say = (text: string) => {
    at('said').textContent = text;
  };
  const made = (tag: string, text = '') => Object.assign(document.createElement(tag), { textContent: text });

  const collectionName = () => at('collection').value || 'default';

  async function ask(path: string, { method = 'GET', body = undefined as unknown } = {}): Promise<Response> {
    const headers: Record<string, string> = {};
    if (at('key').value !== '') headers.authorization = `Bearer ${at('key').value}`;
    if (body !== undefined) headers['content-type'] = 'application/json';
    const url = new URL(path, location.href);
    url.searchParams.set('collection', collectionName());
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(url, { method, headers, ...sent });
    if (response.ok) return response;
    const { error } = await response.json();
    throw new Error(`${error.code}: ${error.message}`);
  }

  /** Does what a person asked for, and says what came of it. */
  async function act(work: () => Promise<string>): Promise<void> {
    say('…');
    try {
      say(await work());
    } catch (error) {
      say((error as Error).message);
    }
  }

  const signal = (name: string, figures: Signal | null) =>
    figures
      ? `${name} ${figures.student.toFixed(3)} → ${figures.candidate.toFixed(3)} (z ${figures.z.toFixed(1)})`
      : '';

  function gateText(gate: Gate | null): string {
    if (!gate) return 'not judged';
    const figures = [
      signal('agreement', gate.agreement),
      signal('inverse cloze', gate.inverseCloze),
      signal('judged', gate.judged),
    ];
    return [gate.promoted ? 'passed' : 'refused', ...figures.filter((text) => text !== '')].join(', ');
  }

  function generationRow({ number, serving, createdAt, adapter }: Generation): HTMLElement {
    const row = made('tr');
    const name = adapter ? `${adapter.kind}, ${adapter.mode}` : 'the student';
    const when = createdAt === null ? '' : new Date(createdAt).toLocaleString();
    const cells = [String(number), name, when, adapter ? gateText(adapter.gate) : ''];
    row.append(...cells.map((text) => made('td', text)));
    const last = made('td', serving ? 'serves' : '');
    if (!serving) {
      const button = made('button', `Promote ${number}`);
      button.addEventListener('click', () =>
        act(async () => {
          await ask(`v1/generations/${number}/promote`, { method: 'POST' });
          await show();
          return `generation ${number} serves`;
        }),
      );
      last.append(button);
    }
    row.append(last);
    return row;
  }

  let shownAlpha: number | undefined;
  async function show(): Promise<void> {
    const [collection, { generations }] = await Promise.all([
      ask(`v1/collections/${encodeURIComponent(collectionName())}`).then((response) => response.json()),
      ask('v1/generations').then((response) => response.json()),
    ]);
    at<HTMLSelectElement>('mode').value = collection.mode;
    at('alpha').value = collection.alpha;
    shownAlpha = collection.alpha;
    at('serves').textContent = `Generation ${collection.generation} serves, ${collection.documents} documents.`;
    at('generations').replaceChildren(...generations.map(generationRow));
    await Promise.all(
      ['collapse', 'alignment'].map(async (figure) => {
        at(figure).innerHTML = await (await ask(`v1/plots/${figure}`)).text();
      }),
    );
  }

  function showHits(id: string, { generation, hits }: Hits): void {
    const list = made('ol');
    list.append(
      ...hits.map(({ id, score, text }) => {
        const item = made('li', text === '' ? id : text);
        item.append(document.createTextNode(' '), made('small', `${id} · ${score.toFixed(3)}`));
        return item;
      }),
    );
    at(id).replaceChildren(made('p', `generation ${generation}`), list);
  }

  async function watch(job: { id: string; state: string }): Promise<string> {
    let now = job as {
      id: string;
      state: string;
      step: string;
      share: number;
      error: string | null;
      report: { outcome: string; reason: string } | null;
    };
    while (now.state === 'running') {
      await new Promise((resolve) => setTimeout(resolve, 500));
      now = await (await ask(`v1/jobs/${encodeURIComponent(job.id)}`)).json();
      if (now.state === 'running') say(`${now.step}, ${Math.round(now.share * 100)} %`);
    }
    await show();
    return now.report ? `${now.report.outcome}: ${now.report.reason}` : `${now.state}: ${now.error}`;
  }

  const on = (id: string, type: string, work: () => Promise<string>) =>
    at(id).addEventListener(type, (event) => {
      event.preventDefault();
      void act(work);
    });
  on('access', 'submit', async () => {
    await show();
    return '';
  });
  on('modes', 'submit', async () => {
    const asked = Number(at('alpha').value);
    // What was only shown is not asked for: it may be a curriculum's.
    const body = { mode: at('mode').value, ...(asked !== shownAlpha && { alpha: asked }) };
    const { mode, alpha } = await (await ask('v1/mode', { method: 'PUT', body })).json();
    await show();
    return `mode ${mode}, α ${alpha}`;
  });
  on('rollback', 'click', async () => {
    const { generation } = await (await ask('v1/rollback', { method: 'POST' })).json();
    await show();
    return `generation ${generation} serves again`;
  });
  on('learn', 'click', async () => watch(await (await ask('v1/sediment', { method: 'POST' })).json()));
  on('search', 'submit', async () => {
    const fusion = at('fusion').checked ? {} : undefined;
    const body = { query: at('query').value, k: 10, compare: true, fusion };
    const { before, after } = await (await ask('v1/search', { method: 'POST', body })).json();
    showHits('before', before);
    showHits('after', after);
    return '';
  });
  void act(async () => {
    await show();
    return '';
  });
}
