import type { Context } from 'hono';
import { config } from '../config.ts';
import { ChelatedError } from '../errors.ts';
import type { Access } from './access.ts';
import { Admission } from './admission.ts';
import { Deadline } from './deadline.ts';
import { HttpError } from './errors.ts';
import type { Idempotency } from './idempotency.ts';
import type { AppEngine, Call, Operation } from './operation.ts';
import { readBody } from './read-body.ts';
import { checked, jsonType, parseJson, refuseType } from './read-json.ts';

/** What all operations of one app share. */
export interface Desk {
  /** @throws {HttpError} not_ready */
  engine(): AppEngine;
  readonly access: Access;
  /** Why nothing can be changed here; null where it can. */
  readonly readOnly: string | null;
  readonly idempotency: Idempotency;
  /** Milliseconds that a request may take. */
  readonly requestMs: number;
  readonly requests: Admission;
  readonly streams: Admission;
}

export function desk(parts: Omit<Desk, 'requests' | 'streams'>): Desk {
  const { maxRequests, maxStreams } = config.http;
  return { ...parts, requests: new Admission(maxRequests, 'requests'), streams: new Admission(maxStreams, 'streams') };
}

/** The one way of every request: may it, can it, is there room, is it well formed; only then the operation's own work. */
export async function serveOperation(operation: Operation, context: Context, desk: Desk): Promise<Response> {
  const checking = desk.access.check(operation.scope, context);
  if (checking) await checking;
  if (operation.scope === 'public') return operation.handle(publicCall(context, desk));
  const engine = desk.engine();
  if (operation.changes && desk.readOnly !== null) throw new ChelatedError('not_supported', desk.readOnly);
  const leave = desk.requests.enter();
  const until = new Deadline(() => context.req.raw.signal, desk.requestMs);
  let end = () => {
    until.end();
    leave();
  };
  try {
    const params = operation.params ? checked(operation.params, context.req.param(), 'path') : {};
    const query = operation.query ? checked(operation.query, context.req.query(), 'query') : {};
    const { body, text } = await bodyOf(operation, context, until);
    const name = nameIn(body) ?? context.req.query('collection');
    const detach = () => {
      const leaveStream = desk.streams.enter();
      leave();
      end = () => {};
      return () => {
        until.end();
        leaveStream();
      };
    };
    const call: Call = {
      context,
      engine,
      get collection() {
        return engine.collection(name);
      },
      params,
      query,
      body,
      deadline: until,
      detach,
    };
    const work = async () => operation.handle(call);
    const key = operation.changes ? context.req.header('idempotency-key') : undefined;
    if (key === undefined) return await until.race(work());
    if (text === null) {
      throw new ChelatedError(
        'invalid_input',
        'an idempotency key stands before JSON; a stream of documents may be sent again without one',
      );
    }
    return await desk.idempotency.once(key, `${context.req.method} ${context.req.url}\n${text}`, () =>
      until.race(work()),
    );
  } finally {
    end();
  }
}

/** The checked body, and its text where it was JSON. */
async function bodyOf({ body: schema, emptyBody, otherBodies }: Operation, context: Context, until: Deadline) {
  if (!schema) return { body: undefined, text: '' };
  const type = context.req.header('content-type');
  const media = type?.replace(/;.*$/, '').trim().toLowerCase();
  if (otherBodies && media !== undefined && Object.hasOwn(otherBodies, media)) return { body: undefined, text: null };
  if (emptyBody && type === undefined) return { body: checked(schema, {}), text: '' };
  if (!jsonType.test(type ?? '')) {
    refuseType(context, ['application/json', ...Object.keys(otherBodies ?? {})].join(' or '));
  }
  const text = await readBody(context, until);
  return { body: checked(schema, parseJson(text)), text };
}

function nameIn(body: unknown): string | undefined {
  return (body as { collection?: string } | undefined)?.collection;
}

/** For routes that must answer whatever else happens: nothing is waited for. */
function publicCall(context: Context, desk: Desk): Call {
  return {
    context,
    get engine() {
      return desk.engine();
    },
    get collection() {
      return desk.engine().collection();
    },
    params: {},
    query: {},
    body: undefined,
    get deadline(): Deadline {
      throw new HttpError('internal', 'a public route has no deadline');
    },
    detach: () => () => {},
  };
}
