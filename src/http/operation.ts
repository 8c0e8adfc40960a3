import type { Context } from 'hono';
import type { z } from 'zod';
import type { Collection } from '../engine/collection.ts';
import type { Engine } from '../engine/engine.ts';
import type { Scope } from './access.ts';
import type { Deadline } from './deadline.ts';
import type { AnswerCode } from './errors.ts';

/** What an answer that is not a refusal looks like: a schema for JSON, or the media types of anything else. */
export interface AnswerShape {
  readonly description: string;
  readonly json?: z.ZodType;
  readonly media?: Readonly<Record<string, z.ZodType>>;
}

/** One method of one path: what it takes, what it answers, who may call it. The document and the checks are both made from it. */
export interface OperationShape<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** As OpenAPI writes it: `/v1/jobs/{id}`. */
  readonly path: string;
  readonly summary: string;
  readonly scope: Scope;
  /** Changes what the server holds: 501 where it cannot. */
  readonly changes?: true;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** Without any body it is as if `{}` had been sent. */
  readonly emptyBody?: true;
  /** Bodies of other media types, which the handler reads itself. */
  readonly otherBodies?: Readonly<Record<string, z.ZodType>>;
  readonly answers: Readonly<Record<number, AnswerShape>>;
  /** Refusals beyond those that every route of its kind has. */
  readonly refuses?: readonly AnswerCode[];
}

/** One request on its way through. */
export interface Call<P = unknown, Q = unknown, B = unknown> {
  readonly context: Context;
  readonly engine: AppEngine;
  /** The collection that the body or the query names, else the default one. */
  readonly collection: Collection;
  readonly params: P;
  readonly query: Q;
  /** Undefined where the body is of another media type. */
  readonly body: B;
  readonly deadline: Deadline;
  /** Turns the request into one that goes on after the handler returned: what this returns ends it. @throws {ChelatedError} overloaded */
  detach(): () => void;
}

/** What the routes use of an engine. */
export type AppEngine = Pick<Engine, 'collection' | 'names' | 'create' | 'drop' | 'subscribe' | 'encoder'>;

export interface Operation extends OperationShape<z.ZodType, z.ZodType, z.ZodType> {
  // biome-ignore lint/suspicious/noExplicitAny: the shape's own schemas have checked what the handler gets
  readonly handle: (call: Call<any, any, any>) => Response | Promise<Response>;
}

/** An operation whose handler gets what its schemas accept. */
export function operation<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  shape: OperationShape<P, Q, B>,
  handle: (call: Call<z.output<P>, z.output<Q>, z.output<B>>) => Response | Promise<Response>,
): Operation {
  return { ...shape, handle };
}
