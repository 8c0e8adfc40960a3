import { config } from '../config.ts';
import type { CollectionInfo } from '../engine/answers.ts';
import type { EngineEvent } from '../engine/events.ts';
import { deviceFallbacks } from '../onnx/device.ts';
import type { AppEngine } from './operation.ts';
import { Metrics } from './prometheus.ts';
import type { RequestLog } from './request-log.ts';

/** What one app counts: its requests, what happened in its engine, and where its collections are. */
export class AppMetrics {
  readonly #metrics = new Metrics(config.http.seconds);
  /** What counts requests of one kind: their labels are written once. */
  readonly #requests = new Map<string, { count(): void; observe(seconds: number): void }>();

  request({ method, route, status, ms }: RequestLog): void {
    const key = `${method} ${status} ${route}`;
    let told = this.#requests.get(key);
    if (!told) {
      const count = this.#metrics.counter('chelated_requests_total', 'Requests answered.', { method, route, status });
      const observe = this.#metrics.histogram('chelated_request_seconds', 'Seconds until an answer began.', { route });
      this.#requests.set(key, (told = { count, observe }));
    }
    told.count();
    told.observe(ms / 1000);
  }

  event({ collection, type }: EngineEvent): void {
    this.#metrics.counter('chelated_events_total', 'What happened to collections.', { collection, type })();
  }

  text(engine: AppEngine | null, inFlight: number): string {
    this.#metrics.set('gauge', 'chelated_requests_in_flight', 'Requests taken and not yet answered.', {}, inFlight);
    this.#metrics.set('gauge', 'chelated_ready', 'Whether the server has begun its work.', {}, engine ? 1 : 0);
    for (const [reason, count] of deviceFallbacks()) {
      const help = 'Graphs that run on wasm where a GPU was wanted.';
      this.#metrics.set('counter', 'chelated_device_fallbacks_total', help, { reason }, count);
    }
    this.#metrics.clear(...figures.map(({ name }) => name));
    for (const name of engine?.names ?? []) {
      const info = engine!.collection(name).info();
      for (const { type, name, help, of } of figures) {
        this.#metrics.set(type, name, help, { collection: info.collection }, of(info));
      }
    }
    return this.#metrics.text();
  }
}

const figures: readonly {
  readonly type: 'gauge' | 'counter';
  readonly name: string;
  readonly help: string;
  readonly of: (info: CollectionInfo) => number;
}[] = [
  { type: 'gauge', name: 'chelated_documents', help: 'Documents that can be found.', of: (info) => info.documents },
  { type: 'gauge', name: 'chelated_generation', help: 'The generation that serves.', of: (info) => info.generation },
  { type: 'counter', name: 'chelated_cycles_total', help: 'Cycles that ended.', of: (info) => info.cycles },
  {
    type: 'counter',
    name: 'chelated_answers_total',
    help: 'Searches and corrections answered.',
    of: (info) => info.answers,
  },
  {
    type: 'counter',
    name: 'chelated_fallbacks_total',
    help: 'Answers of generation 0 in another’s place.',
    of: (info) => info.fallbacks,
  },
  {
    type: 'counter',
    name: 'chelated_sampled_total',
    help: 'Searches the collapse detector looked at.',
    of: (info) => info.sampled,
  },
  {
    type: 'counter',
    name: 'chelated_collapsed_total',
    help: 'Of these, the ones that had collapsed.',
    of: (info) => info.collapsed,
  },
];
