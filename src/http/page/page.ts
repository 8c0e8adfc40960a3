import { modes } from '../../store/store.ts';
import { pageScript } from './page-script.ts';
import { pageStyle } from './page-style.ts';

// A bundler may wrap functions in a helper that keeps their names; in the page there is none.
const script = `const __name = (named) => named;\n(${pageScript})();`;

const options = modes.map((mode) => `<option>${mode}</option>`).join('');

/** The page for people: one file, no request to anybody but this server. */
export const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>chelated</title>
<style>${pageStyle}</style>
<header>
<h1>chelated</h1>
<form id="access">
<label>Collection <input id="collection" value="default" size="14" autocomplete="off"></label>
<label>Key <input id="key" type="password" size="14" autocomplete="off"></label>
<button>Show</button>
</form>
</header>
<p id="said" role="status" aria-live="polite"></p>
<main>
<h2>Search</h2>
<form id="search">
<label class="wide">Query <input id="query" required autofocus></label>
<label><input id="fusion" type="checkbox"> with its words</label>
<button>Search</button>
</form>
<div class="sides">
<section aria-labelledby="before-title"><h2 id="before-title">Before</h2><div id="before"></div></section>
<section aria-labelledby="after-title"><h2 id="after-title">After</h2><div id="after"></div></section>
</div>
<h2>Mode</h2>
<form id="modes">
<label>Mode <select id="mode">${options}</select></label>
<label>α, the teacher’s weight <input id="alpha" type="number" min="0" max="1" step="any" size="6"></label>
<button>Apply</button>
</form>
<p id="serves" class="quiet"></p>
<h2>Generations</h2>
<div class="scroll"><table>
<thead><tr><th scope="col">Number<th scope="col">Adapter<th scope="col">Made<th scope="col">Gate<th scope="col">Serving</tr></thead>
<tbody id="generations"></tbody>
</table></div>
<p><button id="learn" type="button">Learn now</button> <button id="rollback" type="button">Roll back</button></p>
<h2>Over time</h2>
<div class="sides">
<figure class="plot"><div id="collapse"></div><figcaption>Collapse: share of the searches looked at</figcaption></figure>
<figure class="plot"><div id="alignment"></div><figcaption>Alignment: mean cosine to the teacher</figcaption></figure>
</div>
</main>
<script>${script}</script>
</html>
`;

let policy: Promise<string> | null = null;

/** The Content-Security-Policy that lets the page's own style and script run and nothing else, and only this server be asked. */
export function pagePolicy(): Promise<string> {
  policy ??= Promise.all([digest(pageStyle), digest(script)]).then(([style, script]) =>
    [
      "default-src 'none'",
      `style-src ${style}`,
      `script-src ${script}`,
      "connect-src 'self'",
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
  );
  return policy;
}

async function digest(text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return `'sha256-${btoa(String.fromCharCode(...bytes))}'`;
}
