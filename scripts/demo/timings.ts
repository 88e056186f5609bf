/** How long each step took, in seconds, in the order in which they ran. */
export type Timings = Readonly<Record<string, number>>;

/** Measures steps that follow one another: a step ends where the next begins. */
export class StepClock {
  private readonly steps = new Map<string, number>();
  private current: { name: string; since: number } | undefined;

  /** Begins a step, and ends the one before; to begin the current one again changes nothing. */
  begin(name: string): void {
    if (this.current?.name === name) return;
    this.end();
    this.current = { name, since: performance.now() };
  }

  end(): void {
    if (!this.current) return;
    const { name, since } = this.current;
    const seconds = (performance.now() - since) / 1000;
    this.steps.set(name, (this.steps.get(name) ?? 0) + seconds);
    this.current = undefined;
  }

  get timings(): Timings {
    const rounded = [...this.steps].map(([name, seconds]) => [name, Number(seconds.toFixed(2))]);
    return Object.fromEntries(rounded) as Timings;
  }
}
