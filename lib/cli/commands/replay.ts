import { defineCommand } from '../../terminal/define-command.ts';
import { file, flag, folder, oneOf, parsed, text, wholeNumber } from '../../terminal/option.ts';
import { otlpTracesUrl, parseHeader, readTraceId } from '../replay/arguments.ts';
import { atMostOneOf, DATA_FOLDER, TIME_PARAGRAPH, tenant, time } from './options.ts';

const SOURCE = 'Where the traces are';
const WHICH = 'Which traces: all conditions must hold';
const HOW = 'How they are sent';

export const replay = defineCommand({
  name: 'replay',
  summary: 'send kept traces to Jaeger, Tempo, a Collector or another Tailgate',
  description:
    'Sends kept traces to an OTLP/HTTP receiver: Jaeger, Tempo, a Collector, another Tailgate.\n\n' +
    `${TIME_PARAGRAPH} A trace that arrived more than 24 hours from its start is filed under the hour of its arrival, and in ` +
    'all windows of that hour.',
  options: {
    endpoint: parsed({
      placeholder: 'URL',
      help: 'the receiver, such as http://localhost:4318; /v1/traces is appended unless it is there',
      mayBeSecret: true,
      read: otlpTracesUrl,
    }),
    header: parsed({
      placeholder: 'NAME=VALUE',
      repeatable: true,
      help: 'sent with each request',
      mayBeSecret: true,
      read: parseHeader,
    }),
    compression: oneOf({ choices: ['gzip', 'none'], default: 'gzip', help: 'compression of the requests' }),
    data: folder({ group: SOURCE, default: DATA_FOLDER, help: 'data folder of the local run' }),
    stack: text({ group: SOURCE, placeholder: 'NAME', help: 'a deployed stack' }),
    bucket: text({ group: SOURCE, placeholder: 'NAME', help: 'the archive bucket itself' }),
    tenant: tenant({ group: SOURCE, help: 'whose traces, where tenants are kept apart' }),
    from: time({ group: WHICH, help: 'traces that began at or after this time; required with --stack and --bucket' }),
    to: time({ group: WHICH, help: 'traces that began before this time; without it there is no end' }),
    trace: parsed({
      group: WHICH,
      placeholder: 'ID',
      repeatable: true,
      help: 'this trace, with the ID as logs show it: hex, UUID, traceparent, X-Ray',
      read: readTraceId,
    }),
    traceFile: file({ group: WHICH, help: 'the traces whose IDs this file lists, one per line; - is standard input' }),
    where: text({
      group: WHICH,
      placeholder: 'SQL',
      help: `a condition on the view traces: "status = 'ERROR'"; with --stack, Athena evaluates it`,
    }),
    resume: file({ group: HOW, help: 'keep the position in this file; if the file exists, continue from there' }),
    dryRun: flag({ group: HOW, help: 'read and count, but send nothing' }),
    batchBytes: wholeNumber({
      group: HOW,
      min: 1,
      max: 64 * 1024 * 1024,
      default: 1_048_576,
      help: 'bytes of a request before compression; a longer line is sent alone',
    }),
    inFlight: wholeNumber({ group: HOW, min: 1, max: 100, default: 4, help: 'concurrent requests' }),
    rate: wholeNumber({
      group: HOW,
      min: 1,
      max: 1_000_000_000,
      help: 'limit in spans per second; each line of a trace is still sent as a whole',
    }),
    timeout: wholeNumber({ group: HOW, min: 1, max: 3600, default: 30, help: 'seconds until an attempt is given up' }),
    giveUpAfter: wholeNumber({
      group: HOW,
      min: 0,
      max: 7 * 24 * 3600,
      default: 300,
      help: 'seconds until a request is no longer retried',
    }),
  },
  former: { since: '--from', until: '--to' },
  examples: [
    ['tailgate replay --endpoint http://localhost:14318 --from -6h', 'the last six hours, to a Jaeger on this machine'],
    [
      `tailgate replay --stack Tailgate --from -2d \\\n  --where "status = 'ERROR'" --endpoint http://localhost:14318`,
      'failed traces of a deployed stack',
    ],
  ],
  exits: { 0: 'everything was sent', 1: 'something was not' },
  check({ dryRun }, isGiven) {
    const problems = [...atMostOneOf(isGiven, ['data', 'stack', 'bucket'])];
    if (!isGiven('endpoint') && dryRun !== true) {
      problems.push('--endpoint is missing: the receiver, such as http://host:4318');
    }
    if ((isGiven('stack') || isGiven('bucket')) && !isGiven('from')) {
      problems.push(
        '--from is missing: a bucket may hold years, and all of it would be read; --from 2000-01-01 says so',
      );
    }
    if (isGiven('bucket') && isGiven('where')) {
      problems.push(
        '--where asks the local archive, or the Athena of a stack; of a bucket, give trace IDs with --trace-file',
      );
    }
    if (dryRun === true && isGiven('resume')) problems.push('--dry-run sends nothing: it has no position to --resume');
    return problems;
  },
  load: async () => (await import('../replay/run-replay.ts')).runReplay,
});
