import { ChelatedError } from '../errors.ts';

export interface Series {
  readonly name: string;
  readonly points: readonly Point[];
}

export interface Point {
  readonly x: number | string;
  readonly y: number;
  /** Confidence interval of y. */
  readonly low?: number;
  readonly high?: number;
}

/** A plot, told apart from how it is drawn. */
export interface Chart {
  readonly kind: 'lines' | 'bars' | 'scatter';
  readonly title: string;
  readonly x: string;
  readonly y: string;
  /** Equal steps along x are equal ratios; x is above 0. */
  readonly logarithmic?: true;
  readonly series: readonly Series[];
}

/** Legible on white and on black, and apart for people who do not see all colours (Okabe & Ito 2008, darkened yellow). */
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#8c6d31', '#7f7f7f'];
/** Pixels; bars lie, so that their names can be read, and make a plot as high as they are many. */
const size = { width: 760, height: 380, bar: 9, gap: 10, margins: 120, character: 6 };

/**
 * A plot as SVG text, drawn by echarts without a browser. Its texts and axes have the colour of the page's text, so that
 * the same plot reads on light and dark.
 *
 * @throws {ChelatedError} not_found when echarts is not installed: the package does without it where nothing is plotted
 */
export async function drawChart(chart: Chart): Promise<string> {
  const echarts = await loadEcharts();
  const rows = size.margins + categoriesOf(chart).length * (chart.series.length * size.bar + size.gap);
  const height = chart.kind === 'bars' ? rows : size.height;
  const instance = echarts.init(null, null, { renderer: 'svg', ssr: true, width: size.width, height });
  try {
    instance.setOption(optionOf(chart) as never);
    return instance.renderToSVGString();
  } finally {
    instance.dispose();
  }
}

/** What draws; loaded before long work, so that one learns early that it is not there. */
export async function loadEcharts(): Promise<typeof import('echarts')> {
  try {
    return await import('echarts');
  } catch (cause) {
    throw new ChelatedError('not_found', 'plots need the package echarts: npm install echarts@6', { cause });
  }
}

const ink = 'currentColor';

const categoriesOf = ({ series }: Chart) => [
  ...new Set(series.flatMap(({ points }) => points.map((point) => String(point.x)))),
];

function optionOf(chart: Chart): object {
  const { kind, title, x, y, logarithmic, series } = chart;
  const isBars = kind === 'bars';
  const categories = categoriesOf(chart);
  const longest = Math.max(0, ...categories.map((name) => name.length));
  const axis = { nameTextStyle: { color: ink }, axisLabel: { color: ink }, axisLine: { lineStyle: { color: ink } } };
  const grid = { splitLine: { lineStyle: { color: ink, opacity: 0.12 } } };
  // A bar that does not begin at 0 lies about how much longer it is.
  const values = { ...axis, ...grid, name: y, type: 'value', scale: !isBars };
  const around = isBars
    ? { left: 16 + longest * size.character, bottom: size.margins - 40 }
    : { left: 60, bottom: 100 };
  const along = { nameLocation: 'middle', nameGap: 28 };
  const axes = isBars
    ? {
        xAxis: { ...values, ...along },
        yAxis: { ...axis, type: 'category', data: categories, inverse: true, axisLabel: { color: ink, interval: 0 } },
      }
    : {
        xAxis: { ...axis, ...grid, ...along, name: x, type: logarithmic ? 'log' : 'value', scale: true },
        yAxis: values,
      };
  return {
    animation: false,
    color: colours,
    title: { text: title, left: 'center', textStyle: { color: ink, fontSize: 14 } },
    legend: { bottom: 0, itemGap: 18, textStyle: { color: ink }, data: series.map(({ name }) => name) },
    grid: { right: 24, top: 40, ...around },
    ...axes,
    series: series.flatMap((one, i) => drawn(kind, one, colours[i % colours.length]!, categories)),
  };
}

function drawn(kind: Chart['kind'], { name, points }: Series, color: string, categories: readonly string[]): object[] {
  const place = (point: Point) => (kind === 'bars' ? categories.indexOf(String(point.x)) : Number(point.x));
  const data = points.map((point) => (kind === 'bars' ? [point.y, place(point)] : [place(point), point.y]));
  const main = { name, type: { lines: 'line', bars: 'bar', scatter: 'scatter' }[kind], data, symbolSize: 6, color };
  const banded = points.filter((point) => point.low !== undefined && point.high !== undefined);
  if (kind !== 'lines' || banded.length === 0) return [main];
  return [main, band(banded, color)];
}

/** The interval as a shape under its line. */
function band(points: readonly Point[], color: string): object {
  const outline = [...points.map(({ x, high }) => [x, high]), ...points.toReversed().map(({ x, low }) => [x, low])];
  return {
    type: 'custom',
    silent: true,
    // So that the axis reaches as far as the band does.
    data: points.map(({ x, low, high }) => [x, low, high]),
    encode: { x: 0, y: [1, 2] },
    clip: true,
    renderItem: ({ dataIndex }: { dataIndex: number }, api: { coord(at: unknown): number[] }) =>
      dataIndex === 0 && {
        type: 'polygon',
        shape: { points: outline.map((at) => api.coord(at)) },
        style: { fill: color, opacity: 0.15 },
      },
  };
}
