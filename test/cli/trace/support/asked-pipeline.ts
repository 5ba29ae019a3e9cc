import { authorizeAll } from '../../../../functions/ingest/keys.ts';
import type { Explain } from '../../../../functions/read/explanation.ts';
import { createReadHttp } from '../../../../functions/read/handler.ts';
import type { PerTenant, Services } from '../../../../functions/shared/per-tenant.ts';
import { hashFragment } from '../../../../lib/aws/system.ts';
import { restore as restoreCommand } from '../../../../lib/cli/commands/restore.ts';
import { trace as traceCommand } from '../../../../lib/cli/commands/trace.ts';
import type { PipelineDeps } from '../../../../lib/cli/trace/pipelines.ts';
import { type RestoreInput, runRestore } from '../../../../lib/cli/trace/run-restore.ts';
import { runTrace, type TraceInput } from '../../../../lib/cli/trace/run-trace.ts';
import { Decider } from '../../../../lib/pipeline/decide/decide-batch.ts';
import { ingest } from '../../../../lib/pipeline/ingest.ts';
import type { DelayedWakeUp, WakeUp } from '../../../../lib/pipeline/ports.ts';
import type { TraceReader } from '../../../../lib/read/trace-reader.ts';
import { evaluatePolicies } from '../../../../lib/sampling/evaluate-policies.ts';
import type { Run } from '../../../../lib/terminal/define-command.ts';
import { exportRequest, type SpanSpec } from '../../../support/export-request.ts';
import type { ManualClock } from '../../../support/manual-clock.ts';
import { RecordingTerminal } from '../../../support/recording-terminal.ts';
import { runWith } from '../../../support/run-command.ts';
import { configFrom } from '../../../support/sampling-config.ts';
import { silentLog } from '../../../support/silent-log.ts';

export interface AskedPipelineDeps {
  readonly services: Omit<Services, 'trainer'>;
  readonly clock: ManualClock;
  /** The text of the policies, which whoever asks finds as well. */
  readonly policies: string;
  /** How the command finds it: `['--data', …]`, `['--stack', …]`. */
  readonly argv: readonly string[];
  readonly deps: PipelineDeps;
  /** How the read service explains a trace. */
  readonly explain: PerTenant<Explain>;
  /** Takes out what others have sent to its queue. */
  readonly takeQueued: () => Promise<readonly WakeUp[]>;
}

/** A pipeline that receives and decides when a test says so, and that the command is asked about. */
export class AskedPipeline {
  readonly #deps: AskedPipelineDeps;
  #waiting: DelayedWakeUp[] = [];
  #ids = 0;

  constructor(deps: AskedPipelineDeps) {
    this.#deps = deps;
  }

  get clock(): ManualClock {
    return this.#deps.clock;
  }

  get services(): AskedPipelineDeps['services'] {
    return this.#deps.services;
  }

  async receive(...spans: readonly SpanSpec[]): Promise<void> {
    const { services, clock, policies } = this.#deps;
    const send = async (wakeUps: readonly DelayedWakeUp[]) => void this.#waiting.push(...wakeUps);
    const wakeUps = { ...services.wakeUps, send };
    await ingest(
      { protobuf: exportRequest(spans) },
      { ...services, wakeUps, clock, hashFragment },
      configFrom(policies),
    );
  }

  /** Lets the decision wait pass and decides what waits, and what others have sent. */
  async decide(): Promise<void> {
    const { services, clock, policies } = this.#deps;
    const config = configFrom(policies);
    clock.advance(config.decisionWaitMs);
    const wakeUps = [...this.#waiting.splice(0).map(({ wakeUp }) => wakeUp), ...(await this.#deps.takeQueued())];
    const received = wakeUps.map((wakeUp, index) => ({ messageId: String(index), wakeUp }));
    const newId = () => (++this.#ids).toString(16).padStart(16, '0');
    await new Decider({ ...services, clock, newId }).decideBatch({
      received,
      evaluate: (...args) => evaluatePolicies(config, ...args),
      policies: config.fingerprint,
    });
  }

  /** Gives up what waits, as decide does after its last attempt. */
  async giveUp(reason: string): Promise<void> {
    const wakeUps = this.#waiting.splice(0).map(({ wakeUp }) => ({ ...wakeUp, reason }));
    await this.#deps.services.wakeUps.sendToDeadLetters(wakeUps);
  }

  /** Runs `tailgate trace`. @param width of the terminal; undefined: a pipe @param place instead of that of the pipeline */
  async trace(argv: readonly string[], width?: number, place: readonly string[] = this.#deps.argv) {
    const { deps } = this.#deps;
    const terminal = new RecordingTerminal(width === undefined ? {} : { width });
    const run = (input: TraceInput) => runTrace(input, terminal, deps);
    const { code, lines, complaints } = await runWith<TraceInput>(traceCommand, [...argv, ...place], run, terminal);
    return { code, lines, complaints };
  }

  /** Runs `tailgate restore`. @param input what is piped into it */
  async restore(argv: readonly string[], input?: string) {
    const { argv: place, deps } = this.#deps;
    const run = (values: RestoreInput, terminal: RecordingTerminal) =>
      runRestore(values, terminal, { ...deps, input: async () => input });
    const { code, lines, complaints } = await runWith<RestoreInput>(
      restoreCommand,
      [...argv, ...place],
      run as Run<RestoreInput>,
    );
    return { code, lines, complaints };
  }

  /** The answer of the read service to `GET /api/traces/<id>/explanation`. @param tenant whose key is sent */
  async explanation(id: string, tenant?: string) {
    const { clock, explain } = this.#deps;
    // It is asked for nothing that is read of the archive.
    const readers = () => ({}) as TraceReader;
    const authorize = tenant === undefined ? authorizeAll : async () => ({ tenant });
    const read = createReadHttp({ readers, authorize, clock, explain, log: silentLog });
    const path = `/api/traces/${encodeURIComponent(id)}/explanation`;
    const { status, body } = await read({ method: 'GET', path, headers: {} });
    return { status, json: JSON.parse(new TextDecoder().decode(body)) };
  }

  /** The answer of `tailgate trace --json`. */
  async traceJson(id: string): Promise<Record<string, unknown>> {
    const { lines } = await this.trace([id, '--json']);
    return JSON.parse(lines.join('\n'));
  }
}
