import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { CollectionStore, Store } from '../../../src/store/store.ts';
import { document, identity, initial, lists, type StoreCase, type Subject, said, taught } from './subject.ts';

/** What a collection must answer, in the plainest data. */
interface Model {
  readonly documents: Map<string, { row: number; text: string }>;
  /** Every row that was ever given, also of documents that are gone. */
  readonly given: number[];
  readonly taught: Map<number, number>;
  events: number[][];
  cycles: number;
}

interface Real {
  readonly subject: Subject;
  store: Store;
  collection: CollectionStore;
}

type Command = fc.AsyncCommand<Model, Real>;

const ids = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const places = fc.uniqueArray(fc.nat(11), { maxLength: 4 });

/** Rows by their place among all that were given, so that they are met after they are gone, too. */
const rowsAt = ({ given }: Model, at: readonly number[]) => at.flatMap((place) => given[place] ?? []);
const alive = ({ documents }: Model) => new Set([...documents.values()].map(({ row }) => row));

const write = fc
  .record({
    upserts: fc.array(fc.record({ id: ids, text: fc.constantFrom('x', 'y') }), { maxLength: 3 }),
    deletes: fc.array(ids, { maxLength: 2 }),
  })
  .map(({ upserts, deletes }) =>
    command(`write ${JSON.stringify({ upserts, deletes })}`, async (model, { collection }) => {
      const written = await collection.write({
        upserts: upserts.map(({ id, text }) => document(id, { text })),
        deletes,
      });
      const kept = new Set(upserts.map(({ id }) => id));
      const gone = new Set(deletes.filter((id) => !kept.has(id) && model.documents.has(id)));
      assert.deepEqual(
        written.deleted,
        [...gone].map((id) => model.documents.get(id)!.row),
      );
      for (const id of gone) forget(model, model.documents.get(id)!.row);
      for (const id of gone) model.documents.delete(id);
      upserts.forEach(({ id, text }, i) => {
        const row = written.rows[i]!;
        const before = model.documents.get(id);
        if (before) assert.equal(row, before.row);
        else assert.ok(row > Math.max(0, ...model.given), 'a new row is above all before it');
        if (before && before.text !== text) forget(model, row);
        if (!before) model.given.push(row);
        model.documents.set(id, { row, text });
      });
    }),
  );

const teach = fc.tuple(places, fc.nat(9)).map(([at, x]) =>
  command(`teach ${at} ${x}`, async (model, { collection }) => {
    const rows = rowsAt(model, at).sort((a, b) => a - b);
    await collection.putTeacherVectors('t', taught(rows.map((row) => [row, x])));
    for (const row of rows) if (alive(model).has(row)) model.taught.set(row, x);
  }),
);

const append = fc.array(places, { maxLength: 3 }).map((events) =>
  command(`append ${JSON.stringify(events)}`, async (model, { collection }) => {
    const rows = events.map((at) => rowsAt(model, at));
    await collection.appendEvents(rows);
    model.events.push(...rows.map((event) => event.filter((row) => alive(model).has(row))));
    model.events = model.events.filter((event) => event.length > 0);
  }),
);

const compact = fc.integer({ min: 0, max: 3 }).map((perDocument) =>
  command(`compact ${perDocument}`, async (model, { collection }) => {
    const newest = (row: number) => model.events.filter((event) => event.includes(row)).slice(-perDocument || Infinity);
    const kept = model.events.filter((event) => event.some((row) => newest(row).includes(event)));
    assert.equal(await collection.compactEvents(perDocument), model.events.length - kept.length);
    model.events = kept;
  }),
);

const commit = fc.constant(
  command('commit', async (model, { collection }) => {
    await collection.commit({ state: { ...initial, cycles: ++model.cycles } });
  }),
);

const reopen = fc.constant(
  command('reopen', async (_, real) => {
    real.store = await real.subject.reopen(real.store);
    real.collection = await real.store.open(identity, initial);
  }),
);

function forget(model: Model, row: number): void {
  model.taught.delete(row);
  model.events = model.events
    .map((event) => event.filter((other) => other !== row))
    .filter((event) => event.length > 0);
}

async function agree(model: Model, collection: CollectionStore): Promise<void> {
  const byRow = [...model.documents].map(([id, rest]) => ({ id, ...rest })).sort((a, b) => a.row - b.row);
  const { faces } = await collection.scan(0, 100);
  assert.deepEqual(
    faces.map(({ id, row, text }) => ({ id, row, text })),
    byRow,
  );
  assert.equal(await collection.count(), byRow.length);
  assert.deepEqual(
    await said(collection, 't'),
    [...model.taught].sort(([a], [b]) => a - b),
  );
  const untaught = byRow.map(({ row }) => row).filter((row) => !model.taught.has(row));
  assert.deepEqual([...(await collection.untaught('t'))], untaught);
  assert.deepEqual(lists(await collection.events()), model.events);
  assert.equal((await collection.state()).cycles, model.cycles);
}

function command(name: string, act: (model: Model, real: Real) => Promise<void>): Command {
  return {
    check: () => true,
    async run(model, real) {
      await act(model, real);
      await agree(model, real.collection);
    },
    toString: () => name,
  };
}

export function modelCase({ runs }: { readonly runs: number }): StoreCase {
  return {
    title: 'answers as a plain map does, after any run of writes, lessons, events, compactions, commits and restarts',
    async run(subject) {
      const commands = fc.commands([write, write, teach, append, compact, commit, reopen], { maxCommands: 20 });
      const law = fc.asyncProperty(commands, async (sequence) => {
        const store = await subject.open();
        const real: Real = { subject, store, collection: await store.open(identity, initial) };
        const model: Model = { documents: new Map(), given: [], taught: new Map(), events: [], cycles: 0 };
        try {
          await fc.asyncModelRun(() => ({ model, real }), sequence);
        } finally {
          await real.store.close();
        }
      });
      await fc.assert(law, { numRuns: runs });
    },
  };
}
