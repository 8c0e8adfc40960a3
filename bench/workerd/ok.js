// A worker that does nothing: what is left of the time is workerd's own start.
export default { fetch: () => new Response('ok') };
