/** The lines of a text that hold something, with their number from 1; a byte order mark and carriage returns are dropped. */
export function* lines(text: string): Generator<{ number: number; line: string }> {
  let from = text.startsWith('\uFEFF') ? 1 : 0;
  for (let number = 1; from < text.length; number++) {
    const newline = text.indexOf('\n', from);
    const to = newline < 0 ? text.length : newline;
    const line = text.slice(from, text[to - 1] === '\r' ? Math.max(from, to - 1) : to);
    if (line.trim() !== '') yield { number, line };
    from = to + 1;
  }
}
