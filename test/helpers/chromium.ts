import { existsSync } from 'node:fs';

const known = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/**
 * The browser that tests of pages run in: CHELATED_BROWSER, or where Debian puts it; null where there is none, and such
 * tests are skipped. CI installs one, and fails without.
 */
export const chromium: string | null = process.env.CHELATED_BROWSER ?? known.find((path) => existsSync(path)) ?? null;

if (chromium === null && process.env.CHELATED_CI) throw new Error('CI needs a browser: apt-get install chromium');
