import { partitionPrefix } from '../../lib/aws/dynamodb/schema.ts';
import type { SentFragment, SentRequest, SentSpan } from './spans.ts';

/** A trace of a tenant, and what was sent of it. */
export interface SentTrace {
  readonly tenant: string | undefined;
  readonly traceId: string;
  /** By hash. */
  readonly fragments: Map<string, SentFragment>;
  /** Hashes of the fragments whose request was answered with 200. */
  readonly acknowledged: Set<string>;
  /** How many requests had the fragment. */
  readonly timesSent: Map<string, number>;
  /** `asked for`: an operator has tried to restore it. `promised`: was told that it is being kept. */
  restore?: 'asked for' | 'promised';
}

/** What the exporters have sent, and what they were told. */
export class Ledger {
  /** By partition key in the table: `[tenant/]trace`. */
  readonly traces = new Map<string, SentTrace>();

  send(request: SentRequest, tenant: string | undefined): void {
    for (const fragment of request.fragments) {
      const { fragments, timesSent } = this.#trace(fragment.traceId, tenant);
      fragments.set(fragment.hash, fragment);
      timesSent.set(fragment.hash, (timesSent.get(fragment.hash) ?? 0) + 1);
    }
  }

  acknowledge(request: SentRequest, tenant: string | undefined): void {
    for (const { traceId, hash } of request.fragments) this.#trace(traceId, tenant).acknowledged.add(hash);
  }

  #trace(traceId: string, tenant: string | undefined): SentTrace {
    const partition = partitionPrefix({ tenant }) + traceId;
    let trace = this.traces.get(partition);
    if (trace === undefined) {
      trace = { tenant, traceId, fragments: new Map(), acknowledged: new Set(), timesSent: new Map() };
      this.traces.set(partition, trace);
    }
    return trace;
  }
}

/** The spans of the acknowledged fragments, each once, with the fragments that have it. */
export function acknowledgedSpans({ fragments, acknowledged }: SentTrace): ReadonlyMap<SentSpan, readonly string[]> {
  const byName = new Map<string, { readonly span: SentSpan; readonly hashes: string[] }>();
  for (const hash of acknowledged) {
    for (const span of fragments.get(hash)?.spans ?? []) {
      const found = byName.get(span.name) ?? { span, hashes: [] };
      found.hashes.push(hash);
      byName.set(span.name, found);
    }
  }
  return new Map([...byName.values()].map(({ span, hashes }) => [span, hashes]));
}
