import { Hono } from 'hono';
import { config } from '../config.ts';
import type { Hit } from '../engine/answers.ts';
import type { Collection } from '../engine/collection.ts';
import { readJson } from './read-json.ts';
import { searchRequest } from './schemas.ts';

/** `POST /v1/search`: the nearest documents; with `compare`, before and after the correction side by side. */
export function searchRoute(collection: () => Pick<Collection, 'search'>): Hono {
  return new Hono().post('/v1/search', async (context) => {
    const { query, k, compare } = await readJson(context, searchRequest);
    const { before, hits, ...provenance } = await collection().search(
      { query },
      { k, compare, signal: context.req.raw.signal },
    );
    if (!before) return context.json({ ...provenance, hits: hits.map(shown) });
    const { fingerprint, generation } = provenance;
    return context.json({
      ...provenance,
      before: { ...before, hits: before.hits.map(shown) },
      after: { fingerprint, generation, hits: hits.map(shown) },
    });
  });
}

function shown({ id, text: whole, score }: Hit, at: number) {
  const text = whole ?? '';
  const most = config.http.snippetCharacters;
  // Cut between characters, not inside one: half of a surrogate pair is not text.
  const snippet =
    text.length > most
      ? `${Array.from(text.slice(0, most * 2))
          .slice(0, most)
          .join('')}…`
      : text;
  return { rank: at + 1, id, score, text: snippet };
}
