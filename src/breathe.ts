/** Lets timers, requests and signals have their turn. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    // setTimeout waits a millisecond and more; a server has setImmediate, which does not.
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
