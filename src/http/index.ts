// chelated/http: the endpoint as a Hono app.
export type { Keys } from './access.ts';
export { type AppDeps, createApp } from './create-app.ts';
export type { AppEngine } from './operation.ts';
export type { RequestLog } from './request-log.ts';
