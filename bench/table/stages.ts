import { gzipSync } from 'node:zlib';
import { encodeDeflated, encodeTrained } from '../../lib/aws/dynamodb/fragment-payload.ts';
import { hashFragment } from '../../lib/aws/system.ts';
import { regroup } from '../../lib/otlp/regroup/regroup.ts';
import { corpusOf } from '../corpora.ts';
import { trainedOn } from '../load/deployed.ts';
import { onEach, spansOf } from '../rows/stored-traces.ts';
import type { Result } from './print-table.ts';
import { microsOf, spread } from './rounds.ts';
import { FULL, type Micros } from './row.ts';

const SPANS = 512;

interface Stage {
  readonly name: string;
  readonly work: string;
  readonly row: string;
  readonly side: 'base' | 'bound';
}

/** The stages whose floor is a side of a row. */
const OF_ROWS: readonly Stage[] = [
  {
    name: 'inflate',
    work: 'zlib on the body',
    row: 'gunzip and regroup : gunzip, gateway',
    side: 'base',
  },
  {
    name: 'JSON body instead',
    work: 'to find each string, to read IDs and times, to copy the protobuf, and to regroup it',
    row: 'JSON body : JSON.parse, fromObject and encode, gateway',
    side: 'bound',
  },
  {
    name: 'regroup',
    work: 'to look at each tag, to look up each trace ID, and to copy each span once',
    row: 'regroup : protobufjs decode and encode, gateway',
    side: 'bound',
  },
  {
    name: 'ingest handler',
    work: 'all of it with the fragments known beforehand: also base64, JSON, signatures and HTTP',
    row: 'ingest handler : the same on protobufjs, gateway',
    side: 'bound',
  },
  {
    name: 'policies',
    work: 'to look at each field and each key of a span, and to read its times',
    row: 'policies : protobufjs decode and policies by hand, gateway',
    side: 'bound',
  },
  {
    name: 'JSON line',
    work: 'to write the whole line, with its columns, in one walk that validates nothing',
    row: 'JSON line : toObject and JSON.stringify, gateway',
    side: 'bound',
  },
  {
    name: 'gzip of the line',
    work: 'zlib at level 6',
    row: 'JSON line and gzip : the same, both at level 6, gateway',
    side: 'bound',
  },
];

/** The rows that {@link stagesTable} needs. */
export const ROWS_OF_STAGES: readonly string[] = OF_ROWS.map(({ row }) => row);

/** What remains of each stage when all that can be avoided is gone, for 512 spans of a gateway, in milliseconds. */
export async function stagesTable(results: readonly Result[]): Promise<string> {
  const [receive, hash, trained, deflated] = await fixedStages();
  const lineOf = ({ name, work, row, side }: Stage) => {
    const measured = results.find((result) => result.row.name === row)?.measured;
    const micros: Micros | undefined = measured !== undefined && 'micros' in measured ? measured.micros : undefined;
    return `| ${name} | ${work} | ${msOf(micros?.[side])} |`;
  };
  const [inflate, json, ofRegroup, ...rest] = OF_ROWS.map(lineOf);
  return [
    '| stage | work that is left when all else is gone | ms |',
    '|---|---|---|',
    `| receive | base64 of the event's body, which is gzip | ${msOf(receive)} |`,
    inflate,
    json,
    ofRegroup,
    `| hash | a hash of each fragment | ${msOf(hash)} |`,
    `| compress | zstd of each fragment with a trained dictionary, level 3 | ${msOf(trained)} |`,
    `| the same before there is one | deflate of each fragment with dictionary v1, level 6 | ${msOf(deflated)} |`,
    ...rest,
  ].join('\n');
}

/** Microseconds a span of stages that are one call of Node.js or of a library. */
async function fixedStages(): Promise<number[]> {
  const requests = corpusOf('gateway', FULL.spans);
  const bodies = requests.map(({ protobuf }) => gzipSync(protobuf).toString('base64'));
  const payloads = requests.flatMap(({ protobuf }) => regroup(protobuf).fragments.map(({ payload }) => payload));
  const dictionary = { id: '0'.repeat(16), bytes: trainedOn('gateway') };
  const works = [
    onEach(bodies, (body) => Buffer.from(body, 'base64')),
    onEach(payloads, hashFragment),
    onEach(payloads, (payload) => encodeTrained(payload, dictionary)),
    onEach(payloads, (payload) => encodeDeflated(payload)),
  ];
  const rounds = works.map((): number[] => []);
  for (let round = 0; round < FULL.rounds; round++) {
    for (const [index, work] of works.entries()) {
      rounds[index]?.push((await microsOf(work, FULL.sliceMs)) / spansOf(requests));
    }
  }
  return rounds.map((ofRounds) => spread(ofRounds).value);
}

function msOf(microsOfSpan: number | undefined): string {
  return microsOfSpan === undefined ? 'not measured' : ((microsOfSpan * SPANS) / 1000).toPrecision(2);
}
