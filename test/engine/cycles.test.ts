import { describe, expect, test } from 'bun:test';
import { loadKernels } from '../../src/kernels/load.ts';
import { MemoryStore } from '../../src/store/memory-store.ts';
import { guessing, knowing, lasting, toyEngine } from './toy-engine.ts';

const kernels = await loadKernels();

describe('a cycle', () => {
  test('learns from the teacher, and what passes the gate serves', async () => {
    const { engine, collection, events } = await toyEngine(kernels);
    const before = await collection.search({ query: 'w1 w2 w3' });
    const report = await collection.sediment().done;
    expect(report).toMatchObject({
      cycle: 1,
      mode: 'offline',
      outcome: 'promoted',
      generation: 1,
      steps: [],
      documents: 300,
    });
    expect(report).toMatchObject({ taught: 300, untaught: 0, gate: { promoted: true } });
    expect(report.monitor).toMatchObject({ generation: 1, against: 0, drop: null });
    expect(report.monitor!.alignment!).toBeGreaterThan(0.5);
    expect(report.monitor!.agreement!.candidate).toBeGreaterThan(report.monitor!.agreement!.student);
    const after = await collection.search({ query: 'w1 w2 w3' });
    expect([after.generation, after.hits.length]).toEqual([1, 5]);
    expect(after.hits).not.toEqual(before.hits);
    const types = new Set(events.map(({ type }) => type));
    for (const type of ['written', 'cycle-started', 'cycle-progress', 'monitor', 'serving', 'cycle-ended'] as const) {
      expect(types.has(type), type).toBe(true);
    }
    await engine.close();
  });

  test('twenty on one log equal one: the adapter that serves is never made twice', async () => {
    const { engine, collection, calls } = await toyEngine(kernels);
    await collection.sediment().done;
    const asked = calls.length;
    const file = collection.adapterFile(1);
    for (let cycle = 2; cycle <= 20; cycle++) {
      const report = await collection.sediment().done;
      expect([report.cycle, report.outcome, report.generation]).toEqual([cycle, 'unchanged', 1]);
    }
    expect(collection.adapterFile(1)).toEqual(file);
    expect(calls.length).toBe(asked); // a teacher is not asked twice for what it said
    expect((await collection.generations()).map(({ number }) => number)).toEqual([0, 1]);
    await engine.close();
  });

  test('another process makes the same bytes from the same store', async () => {
    const one = await toyEngine(kernels);
    const other = await toyEngine(kernels);
    for (const { collection } of [one, other]) await collection.sediment().done;
    expect(other.collection.adapterFile(1)).toEqual(one.collection.adapterFile(1));
    await one.engine.close();
    await other.engine.close();
  });

  test('is one at a time, and can be cancelled: what serves stays', async () => {
    let arrive = () => {};
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const hanging = () => () => {
      arrive();
      return new Promise<never>(() => {});
    };
    const { engine, collection } = await toyEngine(kernels, { teaching: hanging });
    const job = collection.sediment();
    expect(collection.sediment()).toBe(job);
    await arrived;
    job.cancel();
    await expect(job.done).rejects.toThrow(/cancelled/);
    expect([job.status.state, collection.info().generation, collection.info().cycles]).toEqual(['cancelled', 0, 0]);
    expect(collection.job(job.id)).toBe(job);
    await engine.close();
  });

  test('begins by itself after so many collapse events', async () => {
    const { engine, collection, events } = await toyEngine(kernels, { sampleRate: 1, cycleEvents: 5 });
    for (let i = 0; i < 4000 && collection.jobs.length === 0; i++) {
      await collection.search({ query: `w${(i * 7) % 300} w${i % 300}` });
      await Bun.sleep(0);
    }
    expect(collection.jobs.length).toBe(1);
    await collection.jobs[0]!.done;
    expect(events.filter(({ type }) => type === 'collapse').length).toBeGreaterThanOrEqual(5);
    const log = await collection.chelationLog(100);
    expect(log.length).toBeGreaterThanOrEqual(5);
    expect(log[0]!.every((id) => /^d\d+$/.test(id))).toBe(true);
    await engine.close();
  });

  test('begins by itself by the clock, and not again while one runs', async () => {
    const { engine, collection } = await toyEngine(kernels, { cycleMs: 20 });
    while (collection.jobs.length === 0) await Bun.sleep(5);
    const [first] = collection.jobs;
    await Bun.sleep(50);
    const running = collection.jobs.filter(({ status }) => status.state === 'running');
    expect(running.length).toBeLessThanOrEqual(1);
    await first!.done;
    while (collection.jobs.length < 2) await Bun.sleep(5);
    await engine.close();
    const begun = collection.jobs.length;
    await Bun.sleep(50);
    expect(collection.jobs.length).toBe(begun);
  });

  test('baseline learns from the log of queries and asks no teacher', async () => {
    const { engine, collection, calls } = await toyEngine(kernels, { sampleRate: 1, mode: 'baseline' });
    for (let i = 0; i < 1500 && collection.info().collapsed < 40; i++) {
      await collection.search({ query: `w${(i * 7) % 300} w${i % 300}` });
      await Bun.sleep(0);
    }
    const report = await collection.sediment({ adapter: 'affine', force: true }).done;
    expect(report.events).toBeGreaterThanOrEqual(40);
    expect([report.mode, report.taught, calls.length]).toEqual(['baseline', 0, 0]);
    const { adapter } = collection.info();
    expect(adapter).toMatchObject({ mode: 'baseline', teacher: null });
    await engine.close();
  });

  test('follows a curriculum from the cycle after it was set, and says what is next', async () => {
    const alpha = { from: 1, to: 0.5, cycles: 2, shape: 'linear' } as const;
    const { engine, collection } = await toyEngine(kernels, { mode: 'hybrid', alpha });
    const cycles = async (count: number) => {
      const alphas = [];
      for (let i = 0; i < count; i++) {
        const next = collection.info().alpha;
        alphas.push((await collection.sediment().done).alpha);
        expect(alphas.at(-1)).toBe(next);
      }
      return alphas;
    };
    expect(await cycles(2)).toEqual([1, 0.5]);
    await collection.setMode('hybrid', { from: 0.8, to: 0.2, cycles: 3, shape: 'cosine' });
    expect(await cycles(1)).toEqual([0.8]);
    // The mode alone leaves the curriculum where it is.
    await collection.setMode('hybrid');
    expect([await cycles(2), collection.info().curriculum]).toEqual([
      [0.5, 0.2],
      expect.objectContaining({ after: 2 }),
    ]);
    await collection.setMode('hybrid', 0.4);
    expect([collection.info().alpha, collection.info().curriculum]).toEqual([0.4, null]);
    await expect(collection.setMode('hybrid', { ...alpha, to: 2 })).rejects.toThrow(/0 (to|…) 1/);
    await engine.close();
  });

  test('is refused where nothing could learn, and in mode off', async () => {
    const { engine, collection } = await toyEngine(kernels);
    await collection.setMode('off');
    expect(() => collection.sediment()).toThrow(/mode is off/);
    await engine.close();
  });
});

describe('the fallback chain', () => {
  const steps = async (teaching: Parameters<typeof toyEngine>[1], teacherMs = 60_000) => {
    const made = await toyEngine(kernels, { ...teaching, teacherMs });
    const report = await made.collection.sediment().done;
    const said = made.events.filter(({ type }) => type === 'step-down');
    expect(said.length).toBe(report.steps.length);
    await made.engine.close();
    return report;
  };

  test('a teacher that dies, hangs, answers garbage or another width is stepped down from, with the reason', async () => {
    const dead = await steps({ teaching: () => () => Promise.reject(new Error('connection refused')) });
    expect(dead.steps[0]).toMatch(/^offline → baseline: .*connection refused/);
    expect(dead.gate === null || dead.steps.length > 0).toBe(true);

    const hung = await steps({ teaching: () => () => new Promise(() => {}) }, 50);
    expect(hung.steps[0]).toMatch(/^offline → baseline: .*no answer .* within 50 ms/);

    const garbage = await steps({
      teaching: (toy) => async (ids) => {
        const X = await knowing(toy)(ids, undefined);
        X.data.fill(Number.NaN);
        return X;
      },
    });
    expect(garbage.steps[0]).toMatch(/^offline → baseline: .*no usable vector/);

    let asked = 0;
    const changed = await steps({
      teaching: (toy) => async (ids) =>
        asked++ === 0 ? knowing(toy)(ids.slice(0), undefined) : guessing(kernels, toy.T.dims + 1)(ids, undefined),
    });
    expect(changed.steps[0]).toMatch(/d=25, what it said before has d=24/);
  });

  test('a teacher that knows nothing is refused by the gate', async () => {
    const report = await steps({ teaching: (toy) => guessing(kernels, toy.T.dims) });
    expect(report.steps[0]).toMatch(/^offline → baseline: the gate refused/);
    expect(['rejected', 'promoted']).toContain(report.outcome);
    if (report.outcome === 'promoted') expect(report.gate?.promoted).toBe(true);
  });

  test('a teacher that fails on a few documents is learned from without them', async () => {
    const report = await steps({
      teaching: (toy) => async (ids) => {
        const X = await knowing(toy)(ids, undefined);
        X.data.fill(0, 0, 10 * X.dims);
        return X;
      },
    });
    expect(report).toMatchObject({ outcome: 'promoted', steps: [], untaught: 20 });
  });

  test('a teacher that is away does not cost what was learned from it', async () => {
    let away = false;
    const teaching: NonNullable<Parameters<typeof toyEngine>[1]>['teaching'] = (toy) => async (ids, signal) => {
      if (away) throw new Error('away');
      return knowing(toy)(ids, signal);
    };
    const { engine, collection, toy } = await toyEngine(kernels, { teaching });
    await collection.sediment().done;
    away = true;
    // Most documents are new: too few have the teacher's word.
    await collection.upsert(Array.from({ length: 500 }, (_, i) => ({ id: `new${i}`, text: toy.texts[i % 300]! })));
    const report = await collection.sediment({ force: true }).done;
    expect(report.outcome).toBe('rejected');
    expect(report.reason).toMatch(/generation 1, learned from the teacher, stays/);
    expect(collection.info().generation).toBe(1);
    await engine.close();
  });
});

describe('a restart', () => {
  test('finds mode, generations, cycles and documents, and answers as before', async () => {
    const store = lasting(new MemoryStore());
    const first = await toyEngine(kernels, { store });
    await first.collection.sediment().done;
    await first.collection.setMode('hybrid', 0.75);
    const before = await first.collection.search({ query: 'w1 w26 w51' }, { k: 20 });
    await first.engine.close();
    const second = await toyEngine(kernels, { store });
    expect(second.collection.info()).toMatchObject({
      mode: 'hybrid',
      alpha: 0.75,
      generation: 1,
      cycles: 1,
      documents: 300,
    });
    expect(await second.collection.search({ query: 'w1 w26 w51' }, { k: 20 })).toEqual(before);
    expect((await second.collection.history()).map(({ kind }) => kind)).toEqual(['promoted', 'mode']);
    await second.engine.close();
  });
});

describe('mode off', () => {
  test('lets the student answer, and any other mode the promoted generation again', async () => {
    const { engine, collection } = await toyEngine(kernels);
    const student = await collection.search({ query: 'w1 w2' });
    await collection.sediment().done;
    const learned = await collection.search({ query: 'w1 w2' });
    await collection.setMode('off');
    expect(await collection.search({ query: 'w1 w2' })).toEqual({ ...student, mode: 'off' });
    await collection.setMode('offline');
    expect(await collection.search({ query: 'w1 w2' })).toEqual(learned);
    await engine.close();
  });
});

describe('asymmetric serving', () => {
  test('searches the teacher’s vectors, and a new document’s corrected one until its own comes', async () => {
    const { engine, collection, toy } = await toyEngine(kernels, { serving: 'asymmetric', fit: { force: true } });
    const late = toy.texts[0]!;
    await collection.delete(['d0']);
    await collection.sediment().done;
    const [info] = (await collection.generations()).filter(({ serving }) => serving);
    expect([info!.served, info!.number]).toEqual(['asymmetric', 1]);
    const own = async () =>
      (await collection.search({ query: late }, { k: 300 })).hits.find(({ id }) => id === 'd0')!.score;
    await collection.upsert([{ id: 'd0', text: late }]);
    expect(await own()).toBeCloseTo(1, 5); // query and document are the same corrected text
    await collection.sediment().done;
    expect(await own()).toBeLessThan(0.9999); // now it is the teacher's own vector
    const taught = await own();
    await collection.upsert([{ id: 'd0', text: late, metadata: { seen: true } }]);
    expect(await own()).toBe(taught); // the same text again: what the teacher said of it stands
    await engine.close();
  });
});

describe('mixed serving', () => {
  test('searches the mean of corrected and teacher’s vectors, and a new document’s corrected one until its own comes', async () => {
    const served = async (serving: 'asymmetric' | 'mixed') => {
      const made = await toyEngine(kernels, { serving, fit: { force: true } });
      await made.collection.sediment().done;
      const own = async (i: number) => {
        const { hits } = await made.collection.search({ query: made.toy.texts[i]! }, { k: 300 });
        return hits.find(({ id }) => id === `d${i}`)!.score;
      };
      return { ...made, own };
    };
    const [teacher, mixed] = [await served('asymmetric'), await served('mixed')];
    // Of unit vectors c and t with c·t = s, c · (c + t)/‖c + t‖ = √((1 + s)/2).
    for (const i of [0, 7, 299]) expect(await mixed.own(i)).toBeCloseTo(Math.sqrt((1 + (await teacher.own(i))) / 2), 4);
    const [before, text] = [await mixed.own(0), mixed.toy.texts[0]!];
    await mixed.collection.delete(['d0']);
    await mixed.collection.upsert([{ id: 'd0', text }]);
    expect(await mixed.own(0)).toBeCloseTo(1, 5);
    await mixed.collection.sediment().done;
    // The same mean again, but for a fit on the documents in another order.
    expect(await mixed.own(0)).toBeCloseTo(before, 3);
    const marks = [teacher, mixed].map(({ collection }) => collection.info().fingerprint);
    expect(new Set(marks).size).toBe(2);
    for (const { engine } of [teacher, mixed]) await engine.close();
  });

  test('is what a cycle does unless told otherwise, where its adapter’s card advises it', async () => {
    const { engine, collection } = await toyEngine(kernels);
    await collection.sediment().done;
    const [info] = (await collection.generations()).filter(({ serving }) => serving);
    const advice = info!.adapter!.fit.documentSide;
    expect([info!.served, advice]).toEqual([advice === 'mixed' ? 'mixed' : 'symmetric', advice]);
    await engine.close();
  });
});

describe('rollback', () => {
  test('goes to what served before, at once, and again when the monitor sees a drop', async () => {
    const { engine, collection } = await toyEngine(kernels);
    await collection.sediment().done;
    const good = await collection.search({ query: 'w1 w2' });
    await collection.sediment({ mode: 'baseline', adapter: 'affine', push: 3, force: true }).done;
    const history = await collection.history();
    if (collection.info().generation !== 1) {
      expect(await collection.rollback()).toBe(1);
    } else {
      expect(history.at(-1)).toMatchObject({ kind: 'rolled-back', detail: { to: 1 } });
    }
    expect(await collection.search({ query: 'w1 w2' })).toEqual(good);
    await engine.close();
  });
});
