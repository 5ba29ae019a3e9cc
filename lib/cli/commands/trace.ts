import { defineCommand } from '../../terminal/define-command.ts';
import { file, flag, text } from '../../terminal/option.ts';
import { atMostOneOf, data, tenant, traceId } from './options.ts';

export const trace = defineCommand({
  name: 'trace',
  summary: 'say where a trace is: waiting, kept, not sampled and why, given up',
  description:
    'Says what became of a trace: whether any span of it came, when and from which service; when it is decided; which policy has kept ' +
    'it, with which weight, in which object; or the vote of each policy as of now, and what the policy has seen. Then it draws the ' +
    'trace, from the archive or while it still waits.\n\n' +
    'It asks the local run, whether that is running or not, or, with --stack, a deployed pipeline. It changes nothing: no limit is ' +
    'drawn on, no decision is made. With --stack it hides dead letters while it looks through them, for some seconds.',
  options: {
    data,
    config: file({
      help: 'explain by the policies in this file; without it, by those of the last start, or of the stack',
    }),
    stack: text({ placeholder: 'NAME', help: 'ask this deployed stack' }),
    tenant: tenant({ help: 'whose trace, where tenants are kept apart' }),
    json: flag({ help: 'one JSON object, for programs: docs/missing-traces.md has its members' }),
  },
  positionals: {
    id: traceId({ required: true, help: 'as logs have it: 32 hex digits, a traceparent, a UUID or an X-Ray ID' }),
  },
  examples: [
    ['tailgate trace 4bf92f3577b34da6a3ce929d0e0e4736', 'where is it?'],
    ['tailgate trace 4bf92f3577b34da6a3ce929d0e0e4736 --config new.yaml', 'would these policies keep it?'],
    ['tailgate trace 1-6553f100-d0e1f2a3b4c5d6e7f8091a2b --stack Tailgate', 'in a deployed pipeline'],
  ],
  exits: { 0: 'it was found', 1: 'nothing is known of it, or the pipeline could not be asked' },
  check(_, isGiven) {
    const problems = [...atMostOneOf(isGiven, ['stack', 'data'])];
    if (isGiven('tenant') && !isGiven('stack'))
      problems.push('--tenant goes with --stack: the local run has no tenants');
    return problems;
  },
  load: async () => (await import('../trace/run-trace.ts')).runTrace,
});
