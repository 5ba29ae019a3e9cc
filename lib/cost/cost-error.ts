/** The question cannot be answered as asked: `issues` has one line for each thing that is wrong, with its place. */
export class CostError extends Error {
  override readonly name = 'CostError';
  readonly issues: readonly string[];

  constructor(issues: readonly string[]) {
    super(issues.join('\n'));
    this.issues = issues;
  }
}
