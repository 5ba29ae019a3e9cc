import type { Random } from '../../lib/traffic/random.ts';
import { isFirstCut, type PlannedCompression } from './encodings.ts';
import type { Faults } from './faults.ts';
import { type IngestFunction, TENANT_HEADER } from './functions.ts';
import { shortHash, shortTrace } from './names.ts';
import type { PlannedRequest, SpanCopy } from './plan.ts';
import { Process, type Scheduler } from './scheduler.ts';
import type { SentRequest, Spans } from './spans.ts';
import { TENANTS } from './tenants.ts';
import type { Timeline } from './timeline.ts';

/** An instance of ingest: it has one request at a time. */
export interface IngestInstance {
  readonly process: Process;
  readonly handle: IngestFunction;
  /** Whether the keys that it knows belong to tenants. */
  readonly hasTenants: () => boolean;
}

export interface ExportersDeps extends PlannedCompression {
  readonly scheduler: Scheduler;
  readonly faults: Faults;
  readonly timeline: Timeline;
  readonly random: Random;
  readonly spans: Spans;
  readonly newInstance: () => IngestInstance;
  readonly onSend: (request: SentRequest, tenant: string | undefined) => void;
  /** The function has answered 200. */
  readonly onAcknowledged: (request: SentRequest, tenant: string | undefined) => void;
}

const EXPORT_TIMEOUT_MS = 10_000;
const FUNCTION_TIMEOUT_MS = 30_000;

/** The exporters: each sends a request, and sends it again as long as nobody tells it that it was accepted. */
export class Exporters {
  readonly #deps: ExportersDeps;
  #idle: IngestInstance[] = [];

  constructor(deps: ExportersDeps) {
    this.#deps = deps;
  }

  start(requests: readonly PlannedRequest[]): void {
    for (const [number, request] of requests.entries()) {
      const exporter = new Process(`exporter ${number}`, this.#deps.scheduler, 0);
      this.#deps.scheduler.after(request.atMs, () =>
        exporter.resume(() => {
          // Never rejects: the exporter has no other reader.
          void this.#export(exporter, request.spans, request);
        }),
      );
    }
  }

  async #export(exporter: Process, copies: readonly SpanCopy[], planned: PlannedRequest): Promise<void> {
    const { random, spans, timeline } = this.#deps;
    let request = spans.request(copies);
    for (let attempt = 1; attempt <= planned.tries; attempt++) {
      const isCut = attempt === 1 && isFirstCut(planned, this.#deps);
      const status = await this.#post(exporter, request, planned, isCut ? random.between(0.01, 0.99) : 1);
      if (status === 200) return;
      if (attempt === planned.tries) break;
      await exporter.sleep(random.between(500, 4_000));
      if (planned.retry === 'split' && copies.length > 1) {
        const rest = { ...planned, tries: planned.tries - attempt };
        const half = copies.length >> 1;
        await Promise.all([
          this.#export(exporter, copies.slice(0, half), rest),
          this.#export(exporter, copies.slice(half), rest),
        ]);
        return;
      }
      if (planned.retry === 'changed') request = spans.request(copies.map((copy) => ({ ...copy, copy: 1 })));
    }
    timeline.add(exporter.name, 'gives up', '');
  }

  /** Resolves to the status, or to nothing when there is no answer. @param part how much of the body arrives: 1 is all of it */
  #post(exporter: Process, request: SentRequest, planned: PlannedRequest, part: number): Promise<number | undefined> {
    const { scheduler, faults, timeline, random } = this.#deps;
    const instance = this.#instance();
    const tenant = instance.hasTenants() ? TENANTS[planned.tenant] : undefined;
    const { headers, ...body } = request.encoded.post(planned, this.#deps, part);
    this.#deps.onSend(request, tenant);
    const how = `${planned.encoding}${part < 1 ? ', cut,' : ''} to ${instance.process.name}`;
    timeline.add(exporter.name, 'POST', how, () => describeRequest(request, tenant));
    return new Promise((resolve) => {
      let isOver = false;
      const answer = (status: number | undefined) => {
        if (isOver) return;
        isOver = true;
        exporter.resume(() => {
          timeline.add(exporter.name, 'answer', String(status ?? 'none'));
          resolve(status);
        });
      };
      scheduler.after(EXPORT_TIMEOUT_MS, () => answer(undefined));
      scheduler.after(FUNCTION_TIMEOUT_MS, () => {
        if (!this.#idle.includes(instance) && !instance.process.isFrozen && !isDone) instance.process.die();
      });
      let isDone = false;
      const key = tenant !== undefined && { [TENANT_HEADER]: tenant };
      const httpRequest = { method: 'POST', path: '/v1/traces', headers: { ...headers, ...key }, ...body };
      scheduler.after(random.between(0, 10), () =>
        instance.process.resume(() => {
          void instance.handle(httpRequest).then(({ status }) => {
            isDone = true;
            this.#idle.push(instance);
            timeline.add(instance.process.name, 'responds', String(status), () => describeRequest(request, tenant));
            if (status === 200) this.#deps.onAcknowledged(request, tenant);
            if (faults.next('respond', instance.process.name) === undefined) {
              scheduler.after(random.between(0, 10), () => answer(status));
            }
          });
        }),
      );
    });
  }

  #instance(): IngestInstance {
    const alive = this.#idle.filter(({ process }) => !process.isDead && !process.isFrozen);
    const instance = alive[Math.floor(this.#deps.random.between(0, alive.length))] ?? this.#deps.newInstance();
    this.#idle = this.#idle.filter((other) => other !== instance);
    return instance;
  }
}

function describeRequest({ fragments }: SentRequest, tenant: string | undefined): string {
  const owner = tenant === undefined ? '' : `${tenant}/`;
  return fragments
    .map(({ traceId, hash, spans }) => {
      const names = spans.map(({ name, copy }) => `${name.split('/')[1]?.slice(-1)}${copy === 0 ? '' : `.${copy}`}`);
      return `${owner}${shortTrace(traceId)}/${shortHash(hash)} = spans ${names.join(' ')}`;
    })
    .join('; ');
}
