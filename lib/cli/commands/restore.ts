import { defineCommand } from '../../terminal/define-command.ts';
import { text } from '../../terminal/option.ts';
import { atMostOneOf, data, tenant, traceId } from './options.ts';

export const restore = defineCommand({
  name: 'restore',
  summary: 'keep traces that the policies did not keep, while their spans wait in the buffer',
  description:
    'Has traces kept that the policies did not keep: for 24 hours the buffer still has their spans. Each is kept whole and once, as ' +
    'policy "restored" with an unknown weight, also when it is being decided at the same moment; a trace that the policies keep as of ' +
    'now gets their policy and weight. Spans that come later follow it. You may run it twice.\n\n' +
    'Without IDs it reads them from standard input, one per line. The pipeline does the work: a local run that is stopped does it at ' +
    'its next start.',
  options: {
    data,
    stack: text({ placeholder: 'NAME', help: 'in this deployed stack' }),
    tenant: tenant({ help: 'whose traces, where tenants are kept apart' }),
  },
  positionals: {
    ids: traceId({ repeatable: true, help: 'as logs have them: 32 hex digits, a traceparent, a UUID or an X-Ray ID' }),
  },
  examples: [
    ['tailgate restore 4bf92f3577b34da6a3ce929d0e0e4736', 'keep this trace'],
    ['tailgate restore --stack Tailgate < ids.txt', 'keep all traces whose IDs the file lists'],
  ],
  exits: {
    0: 'the pipeline keeps all of them, or has kept them already',
    1: 'one cannot be kept: its spans have left the buffer, or never came; the others are kept',
  },
  check(_, isGiven) {
    const problems = [...atMostOneOf(isGiven, ['stack', 'data'])];
    if (isGiven('tenant') && !isGiven('stack'))
      problems.push('--tenant goes with --stack: the local run has no tenants');
    return problems;
  },
  load: async () => (await import('../trace/run-restore.ts')).runRestore,
});
