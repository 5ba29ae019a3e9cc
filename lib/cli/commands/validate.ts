import { defineCommand } from '../../terminal/define-command.ts';
import { file, flag } from '../../terminal/option.ts';

export const validate = defineCommand({
  name: 'validate',
  summary: 'check tail_sampling configurations, and say in words what they keep',
  description:
    'Checks tail_sampling configurations: a Collector file (also inside Helm values, an OpenTelemetryCollector resource, a ' +
    'ConfigMap or the output of "helm template"), a tail_sampling block, or its bare options. Reports every error, warning ' +
    'and note with its place and, if there is no error, says in plain words which traces the configuration keeps.',
  options: { json: flag({ help: 'print one JSON object per file and line, for programs' }) },
  positionals: {
    files: file({ repeatable: true, help: 'files to check; - is standard input', defaultText: 'tailgate.yaml' }),
  },
  examples: [
    ['tailgate validate tailgate.yaml', 'what does this configuration keep?'],
    ['tailgate validate --json examples/policies/by-service.yaml', 'the same for a program'],
  ],
  exits: { 0: 'every configuration is valid', 1: 'a configuration has an error, or cannot be read' },
  load: async () => (await import('../validate.ts')).runValidate,
});
