import { reportTable } from '../evaluate/report-table.ts';
import { drawChart } from './chart.ts';
import type { Report, Section } from './report.ts';

/**
 * A report as one HTML page that needs no network and no script: plots are SVG inside it. Light or dark as the reader's
 * system is.
 */
export async function reportPage({ title, introduction, sections }: Report): Promise<string> {
  const parts = await Promise.all(sections.map(sectionHtml));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<p>${escaped(introduction)}</p>
${parts.join('\n')}
</main>
</body>
</html>
`;
}

/** The tables alone, as Markdown: what a terminal and a results page show. */
export function reportText({ title, introduction, sections }: Report): string {
  const parts = sections.map(({ title, text, table }) =>
    [`## ${title}`, text, table && tableText(table)].filter(Boolean).join('\n\n'),
  );
  return [`# ${title}`, introduction, ...parts].join('\n\n');
}

async function sectionHtml({ title, text, charts = [], table }: Section): Promise<string> {
  const plots = await Promise.all(charts.map(drawChart));
  return [
    `<h2>${escaped(title)}</h2>`,
    text ? `<p>${escaped(text)}</p>` : '',
    ...plots.map((svg, i) => `<figure role="img" aria-label="${escaped(charts[i]!.title)}">${svg}</figure>`),
    table ? tableHtml(table) : '',
  ].join('\n');
}

function tableHtml(table: NonNullable<Section['table']>): string {
  // The cells are those of the text table: one place decides how a figure is shown.
  const cells = tableText(table)
    .split('\n')
    .map((line) =>
      line
        .slice(1, -1)
        .split(' | ')
        .map((cell) => cell.trim()),
    );
  const line = (tag: 'th' | 'td', row: readonly string[]) =>
    `<tr>${row.map((cell, i) => `<${i === 0 ? 'th' : tag}>${escaped(cell)}</${i === 0 ? 'th' : tag}>`).join('')}</tr>`;
  const body = cells.slice(2).map((row) => line('td', row));
  return `<div class="table"><table><thead>${line('th', cells[0]!)}</thead><tbody>${body.join('\n')}</tbody></table></div>`;
}

/** A figure that was not measured is shown as missing. */
function tableText({ columns, rows }: NonNullable<Section['table']>): string {
  const known = (figure: (typeof rows)[number]['figures'][number]) => (Number.isNaN(figure) ? null : figure);
  return reportTable(
    columns,
    rows.map(({ name, figures }) => ({ name, figures: figures.map(known) })),
  );
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);
}

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; background: light-dark(#fff, #14171a); color: light-dark(#1c1f23, #e4e7ea); }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem; }
figure { margin: 1rem 0; overflow-x: auto; }
.table { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .75rem; border-bottom: 1px solid light-dark(#d8dce0, #343a40); text-align: right; }
th:first-child { text-align: left; }
`;
