/** `--since -6h` as `--since=-6h`: the value of these options may look like a flag. */
export function withEqualsSigns(argv: readonly string[], options: readonly string[]): string[] {
  const args: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const argument = argv[at] ?? '';
    const next = argv[at + 1];
    if (
      argument.startsWith('--') &&
      options.includes(argument.slice(2)) &&
      next !== undefined &&
      !next.startsWith('--')
    ) {
      args.push(`${argument}=${next}`);
      at++;
    } else {
      args.push(argument);
    }
  }
  return args;
}
