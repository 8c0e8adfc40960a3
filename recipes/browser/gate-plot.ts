import type { GateFigures } from 'chelated/browser';

const [width, bar, gap] = [320, 14, 34];

/** What the gate measured as bars, the student above and corrected below, in the colours of the page around them. */
export function gatePlot({ agreement, inverseCloze }: GateFigures): SVGSVGElement {
  const svg = made('svg', { viewBox: `0 0 ${width + 56} ${2 * (2 * bar + gap)}`, role: 'img', 'font-size': 11 });
  const signals = { 'agreement with the teacher': agreement, 'a sentence finds its document': inverseCloze };
  const said: string[] = [];
  Object.entries(signals).forEach(([name, figures], i) => {
    const top = i * (2 * bar + gap);
    const label = figures ? name : `${name}: could not be measured`;
    svg.append(made('text', { x: 0, y: top + 12, fill: 'currentColor' }, label));
    if (!figures) return;
    const { student, candidate } = figures;
    said.push(`${name} ${student.toFixed(3)} before, ${candidate.toFixed(3)} after`);
    [student, candidate].forEach((value, j) => {
      const y = top + 18 + j * bar;
      const opacity = j === 0 ? 0.45 : 1;
      svg.append(
        made('rect', { x: 0, y, width: value * width, height: bar - 2, fill: 'currentColor', opacity }),
        made('text', { x: value * width + 6, y: y + bar - 4, fill: 'currentColor' }, value.toFixed(3)),
      );
    });
  });
  svg.setAttribute('aria-label', said.join('; ') || 'nothing could be measured');
  return svg;
}

function made<T extends 'svg' | 'rect' | 'text'>(tag: T, attributes: Record<string, string | number>, text = '') {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.textContent = text;
  return element as SVGElementTagNameMap[T];
}
