import { readConfigFile } from '../../local/config-file.ts';
import type { Trace } from '../../otlp/trace/trace.ts';
import type { ExplainedTrace } from '../../pipeline/explain/explain-trace.ts';
import { explainTrace } from '../../pipeline/explain/explain-trace.ts';
import { reportJson } from '../../pipeline/explain/report-json.ts';
import type { ExitCode } from '../../terminal/errors.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { drawWaterfall } from '../../terminal/waterfall.ts';
import { waterfallOfRows } from '../query/waterfall-of-rows.ts';
import { readKeptTrace } from './kept-trace.ts';
import { ON_THIS_MACHINE, type OpenPipeline, openPipeline, type PipelineDeps } from './pipelines.ts';
import { fateInWords, reportLines } from './report-text.ts';
import { waterfallRows } from './waterfall-rows.ts';

export interface TraceInput {
  /** 32 lower-case hex digits. */
  readonly id: string;
  /** Data folder of the local run, when there is no stack. */
  readonly data: string;
  readonly stack: string | undefined;
  readonly tenant: string | undefined;
  /** File with other policies than those that the pipeline uses. */
  readonly config: string | undefined;
  readonly json: boolean;
}

/** What is drawn in a pipe or a file. */
const DEFAULT_WIDTH = 100;

/** Says where a trace is. Resolves to 1 when nothing is known of it. */
export async function runTrace(
  input: TraceInput,
  terminal: Terminal,
  deps: PipelineDeps = ON_THIS_MACHINE,
): Promise<ExitCode> {
  const pipeline = await openPipeline(input, deps);
  try {
    const config = input.config === undefined ? await pipeline.policies() : readConfigFile(input.config).config;
    const found = await explainTrace(input.id, { ...pipeline.deps, config });
    const { report } = found;
    const { trace, lineCount } = await spansOf(found, pipeline, input);
    const rows = trace === undefined ? [] : waterfallRows(trace);
    if (input.json) {
      terminal.print(JSON.stringify({ ...reportJson(report, lineCount), spans: rows }));
    } else {
      for (const line of reportLines(report, terminal, { ...input, lineCount })) terminal.print(line);
      if (rows.length > 0) {
        const drawn = waterfallOfRows(input.id, rows, fateInWords(report));
        terminal.print('');
        await terminal.write(drawWaterfall(drawn, terminal.width ?? DEFAULT_WIDTH, terminal));
      }
    }
    return report.fate.state === 'unknown' ? 1 : 0;
  } finally {
    await pipeline.close();
  }
}

interface Spans {
  readonly trace: Trace | undefined;
  /** Lines that were read of the archive; undefined: the buffer has all spans. */
  readonly lineCount: number | undefined;
}

/** The spans of the trace: from the buffer, as long as it has all of them, else from the archive. */
async function spansOf(
  { report, trace, isWhole }: ExplainedTrace,
  { objects }: OpenPipeline,
  { tenant }: TraceInput,
): Promise<Spans> {
  const { fate, traceId } = report;
  if (fate.state !== 'kept' || isWhole) return { trace, lineCount: undefined };
  const kept = await readKeptTrace(traceId, fate, objects, { tenant });
  return { trace: kept.trace ?? trace, lineCount: kept.lineCount };
}
