import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Load {
  readonly url: string;
  readonly type: string;
  /** Sent in turn. */
  readonly bodies: readonly Uint8Array[];
  readonly connections: number;
  readonly seconds: number;
}

export interface LoadFigures {
  readonly rate: number; // requests a second
  readonly p50: number; // milliseconds
}

const units: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000 };

/** What a server answers under wrk (Debian's package, one thread). Every answer must be a success. */
export async function load({ url, type, bodies, connections, seconds }: Load): Promise<LoadFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'chelated-load-'));
  try {
    await Promise.all(bodies.map((body, i) => writeFile(join(folder, `${i}`), body)));
    const script = join(folder, 'post.lua');
    // The requests are put together before the first is sent.
    await writeFile(
      script,
      `local requests, at = {}, 0
function init()
  for i = 0, ${bodies.length - 1} do
    local file = io.open("${folder}/" .. i, "rb")
    requests[i] = wrk.format("POST", nil, { ["Content-Type"] = "${type}" }, file:read("*a"))
    file:close()
  end
end
function request()
  at = (at + 1) % ${bodies.length}
  return requests[at]
end
`,
    );
    const options = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '600s', '--latency', '-s', script];
    const wrk = Bun.spawn(['wrk', ...options, url], { stdout: 'pipe', stderr: 'pipe' });
    const [printed, complaint] = await Promise.all([new Response(wrk.stdout).text(), new Response(wrk.stderr).text()]);
    const rate = /Requests\/sec:\s+([\d.]+)/.exec(printed)?.[1];
    const p50 = /50%\s+([\d.]+)(us|ms|s|m)/.exec(printed);
    if (!rate || !p50 || /Non-2xx|Socket errors/.test(printed)) throw new Error(`${url}: ${printed}${complaint}`);
    return { rate: Number(rate), p50: Number(p50[1]) * units[p50[2]!]! };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The middle one; of an even number the upper. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
