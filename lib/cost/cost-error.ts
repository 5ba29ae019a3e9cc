/** What the person at the terminal asked for cannot be answered: a line for each thing that is wrong, with its place. */
export class CostError extends Error {
  override readonly name = 'CostError';
  readonly issues: readonly string[];

  constructor(issues: readonly string[]) {
    super(issues.join('\n'));
    this.issues = issues;
  }
}
