import type { Page } from 'playwright-core';

/** How bright text and ground of a page are, each from 0 to 1, in the colours that the reader's system has for them. */
export async function inkAndPaper(page: Page): Promise<readonly [ink: number, paper: number]> {
  return page.evaluate(`(() => {
    const canvas = document.createElement('canvas').getContext('2d');
    const of = (color) => {
      canvas.fillStyle = color;
      canvas.fillRect(0, 0, 1, 1);
      const [r, g, b] = canvas.getImageData(0, 0, 1, 1).data;
      return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
    };
    const probe = document.body.appendChild(document.createElement('p'));
    probe.style.color = 'CanvasText';
    probe.style.backgroundColor = 'Canvas';
    const style = getComputedStyle(probe);
    return [of(style.color), of(style.backgroundColor)];
  })()`);
}
