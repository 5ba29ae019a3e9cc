// What the first request costs in a fresh process: loading the code, and regrouping 512 spans, against protobufjs. Both are
// bundled as the functions are. They take turns; each turn is a process of its own.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { build } from 'esbuild';
import { regroup } from '../lib/otlp/regroup/regroup.ts';
import { opentelemetry } from '../proto/generated/otlp.js';
import { corpus } from './corpus.ts';
import { regroupWithObjects } from './regroup-with-objects.ts';

const ROUNDS = 15;
const { ExportTraceServiceRequest } = opentelemetry.proto.collector.trace.v1;
const { TracesData } = opentelemetry.proto.trace.v1;

/** Each exports `run`, which takes the bytes of a request. The first is the base. */
const VARIANTS = [
  {
    name: 'protobufjs: decode, encode per trace',
    code: `import { opentelemetry } from './proto/generated/otlp.js';
      import { regroupWithObjects } from './bench/regroup-with-objects.ts';
      const { ExportTraceServiceRequest } = opentelemetry.proto.collector.trace.v1;
      export const run = (bytes) => regroupWithObjects(ExportTraceServiceRequest.decode(bytes));`,
  },
  {
    name: 'regroup',
    code: `import { regroup } from './lib/otlp/regroup/regroup.ts';
      export const run = (bytes) => regroup(bytes).fragments;`,
  },
];

/** Prints the CPU time of loading the code, of the first request and of the second, in milliseconds. */
const RUNNER = `
import { readFileSync } from 'node:fs';
const request = readFileSync(process.argv[3]);
const times = [];
const timed = async (work) => {
  const start = process.cpuUsage();
  const answer = await work();
  const { user, system } = process.cpuUsage(start);
  times.push((user + system) / 1000);
  return answer;
};
const { run } = await timed(() => import(process.argv[2]));
await timed(() => run(request));
await timed(() => run(request));
console.log(JSON.stringify(times));
`;

const folder = mkdtempSync(join(tmpdir(), 'tailgate-first-request-'));
const [request = { protobuf: new Uint8Array(), spanCount: 0 }] = corpus('mixed', 1);
assertSameFragments(request.protobuf);
writeFileSync(join(folder, 'request'), request.protobuf);
writeFileSync(join(folder, 'run.mjs'), RUNNER);
await Promise.all(VARIANTS.map(({ code }, index) => bundle(code, join(folder, `${index}.mjs`))));

const readings = VARIANTS.map((): number[][] => []);
for (let round = 0; round < ROUNDS; round++) {
  // In the other direction each time: nobody always runs after the same neighbour.
  const order = [...VARIANTS.keys()];
  if (round % 2 !== 0) order.reverse();
  for (const index of order) {
    const run = [join(folder, 'run.mjs'), join(folder, `${index}.mjs`), join(folder, 'request')];
    readings[index]?.push(JSON.parse(execFileSync(process.execPath, run, { encoding: 'utf8' })));
  }
}
rmSync(folder, { recursive: true });

console.log(
  `first request of ${request.spanCount} spans in a fresh process (CPU ms, median of ${ROUNDS} processes, Node ${process.version})`,
);
for (const [index, { name }] of VARIANTS.entries()) {
  const of = (column: number) => median((readings[index] ?? []).map((times) => times[column] ?? Number.NaN));
  const ratios = (readings[index] ?? []).map((times, round) => firstOf(readings[0]?.[round]) / firstOf(times));
  console.log(
    `  ${name.padEnd(38)} load ${of(0).toFixed(1).padStart(5)}  first ${of(1).toFixed(1).padStart(5)}  second ` +
      `${of(2).toFixed(1).padStart(5)}  load + first 1/${median(ratios).toFixed(1)} ` +
      `(${Math.min(...ratios).toFixed(1)}-${Math.max(...ratios).toFixed(1)})`,
  );
}

/** Loading the code and the first request. */
function firstOf([load = Number.NaN, first = Number.NaN]: readonly number[] = []): number {
  return load + first;
}

function assertSameFragments(protobuf: Uint8Array): void {
  // Of a Buffer, protobufjs makes Buffers.
  const decode = (payload: Uint8Array) => TracesData.toObject(TracesData.decode(new Uint8Array(payload)));
  const expected = regroupWithObjects(ExportTraceServiceRequest.decode(protobuf)).map(decode);
  const got = regroup(protobuf).fragments.map(({ payload }) => decode(payload));
  if (!isDeepStrictEqual(got, expected)) throw new Error('regroup and protobufjs give different fragments');
}

async function bundle(contents: string, outfile: string): Promise<void> {
  const stdin = { contents, resolveDir: process.cwd(), loader: 'ts' } as const;
  const mainFields = ['module', 'main'];
  await build({
    stdin,
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    mainFields,
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
