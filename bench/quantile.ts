/** The figure that a share (0 to below 1) of the others are below; NaN where there are none. */
export function quantile(figures: readonly number[], share: number): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length * share)] ?? NaN;
}
