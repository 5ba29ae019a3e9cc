/** A server that takes OTLP over HTTP, waits, decides, and keeps sampled traces in files. */
export interface TailSampler {
  /** Base URL for OTLP, without the path. */
  readonly url: string;
  /** Since it was started. */
  readonly cpuSeconds: number;
  readonly rssBytes: number;
  /** Resolves when it has decided on so many traces since it was started, and kept ones are in its files. */
  decided(traces: number): Promise<void>;
  /** The IDs of the traces in its files. */
  keptTraces(): Promise<ReadonlySet<string>>;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Why nothing can be measured here; `undefined` when it can. */
export function whyNotMeasurable(): string | undefined {
  return process.platform === 'linux' ? undefined : 'the processor time of another process is only known on Linux';
}
