import { scaleLinear, scaleTime } from 'd3-scale';
import { line } from 'd3-shape';

export interface PlotPoint {
  readonly at: number; // milliseconds since 1970
  readonly value: number;
}

const [width, height] = [480, 160];
const margin = { left: 40, right: 8, top: 8, bottom: 24 };

/** A share from 0 to 1 over time, as SVG in the colours of the page around it. */
export function linePlot(title: string, points: readonly PlotPoint[]): string {
  const times = points.map(({ at }) => at);
  const [from, to] = [Math.min(...times), Math.max(...times)];
  const x = scaleTime()
    .domain([new Date(from), new Date(to > from ? to : from + 1000)])
    .range([margin.left, width - margin.right]);
  const y = scaleLinear()
    .domain([0, 1])
    .range([height - margin.bottom, margin.top]);
  const path = line<PlotPoint>(
    ({ at }) => x(at),
    ({ value }) => y(value),
  )(points);
  const grid = y
    .ticks(4)
    .map(
      (tick) =>
        `<line x1="${margin.left}" x2="${width - margin.right}" y1="${y(tick)}" y2="${y(tick)}" stroke="currentColor" opacity=".2"/>` +
        `<text x="${margin.left - 6}" y="${y(tick) + 4}" text-anchor="end">${tick}</text>`,
    );
  const label = x.tickFormat(4);
  const hours = points.length === 0 ? [] : x.ticks(4);
  const time = hours.map((tick) => `<text x="${x(tick)}" y="${height - 6}" text-anchor="middle">${label(tick)}</text>`);
  const dots = points.map(({ at, value }) => `<circle cx="${x(at)}" cy="${y(value)}" r="2.5" fill="currentColor"/>`);
  const empty = `<text x="${width / 2}" y="${height / 2}" text-anchor="middle">nothing measured yet</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}" font-family="system-ui" font-size="11" fill="currentColor">`,
    `<title>${title}</title>`,
    ...grid,
    ...time,
    points.length === 0 ? empty : `<path d="${path}" fill="none" stroke="currentColor" stroke-width="1.5"/>`,
    ...dots,
    '</svg>',
  ].join('');
}
