/** A pipeline cannot be built as it was asked for. The message has a line for each thing that is wrong. */
export class InvalidPipelineError extends Error {
  override readonly name = 'InvalidPipelineError';
  readonly problems: readonly string[];

  constructor(where: string, problems: readonly string[]) {
    super([`${where} cannot be deployed:`, ...problems.map((problem) => `  ${problem}`)].join('\n'));
    this.problems = problems;
  }
}
