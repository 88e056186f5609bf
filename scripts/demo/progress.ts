const BAR_WIDTH = 30;

/** How far along something is, as one line for people. */
export function progressLine(what: string, fraction: number, note = ''): string {
  const filled = Math.round(Math.min(1, Math.max(0, fraction)) * BAR_WIDTH);
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
  const percent = `${Math.round(fraction * 100)} %`.padStart(5);
  return `${what.padEnd(14)} ${bar} ${percent}  ${note}`.trimEnd();
}

/** Where progress is shown: one line that is drawn again on a terminal, else a line each change. */
export class ProgressDisplay {
  private shown = '';

  constructor(private readonly stream: NodeJS.WriteStream) {}

  show(what: string, fraction: number, note?: string): void {
    const line = progressLine(what, fraction, note);
    if (line === this.shown) return;
    this.stream.write(this.stream.isTTY ? `\r\u001b[2K${line}` : `${line}\n`);
    this.shown = line;
  }

  /** Leaves the progress line, so that something else can be written below it. */
  end(): void {
    if (this.stream.isTTY && this.shown !== '') this.stream.write('\n');
    this.shown = '';
  }
}
