// chelated/http: the endpoint as a Hono app.
export { type AppDeps, createApp } from './create-app.ts';
