/** What `npm audit --json` prints: a report, or why there is none. */
interface AuditOutput {
  readonly vulnerabilities?: Readonly<Record<string, Vulnerability>>;
  readonly metadata?: { readonly dependencies?: { readonly total?: number } };
  readonly statusCode?: number;
  readonly message?: string;
  readonly error?: { readonly code?: string; readonly summary?: string };
}

interface Vulnerability {
  readonly name: string;
  readonly severity: string;
  readonly range: string;
  /** Advisories, or the names of the packages through which this one is affected. */
  readonly via: readonly (string | { readonly title?: string; readonly url?: string })[];
}

/** Advisories, a line each; or why the registry gave none. */
export type Advice =
  | { readonly advisories: readonly string[]; readonly dependencies: number }
  | { readonly skipped: string };

/** Reads the output of `npm audit --json`. That the registry cannot be asked is no failure of the project. */
export function adviceOf(output: string): Advice {
  let report: AuditOutput;
  try {
    report = JSON.parse(output);
  } catch {
    return { skipped: `npm audit printed no report: ${output.slice(0, 200)}` };
  }
  const { vulnerabilities, metadata } = report;
  if (vulnerabilities === undefined) return { skipped: reasonOf(report) };
  const advisories = Object.values(vulnerabilities).map(
    ({ name, severity, range, via }) => `${severity}: ${name} ${range}: ${via.map(titleOf).join('; ')}`,
  );
  return { advisories, dependencies: metadata?.dependencies?.total ?? 0 };
}

function reasonOf({ statusCode, error, message }: AuditOutput): string {
  if (statusCode !== undefined) return `the registry serves none (it answers ${statusCode})`;
  return error?.summary || error?.code || message || 'npm audit gives no reason';
}

function titleOf(via: Vulnerability['via'][number]): string {
  return typeof via === 'string' ? `through ${via}` : `${via.title ?? 'no title'} ${via.url ?? ''}`.trim();
}
