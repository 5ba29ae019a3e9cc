import type { OptionDescription } from '../option-description.ts';
import { IGNORED } from './ignored-settings.ts';

/** What `parseBlock` reads, for the documentation. */
export const BLOCK_OPTIONS: readonly OptionDescription[] = [
  { key: 'policies', type: 'list of policies', meaning: 'at least one; names are unique and not empty' },
  {
    key: 'decision_wait',
    type: 'duration',
    default: '30s',
    meaning:
      'from the first spans of a trace to its decision, up to `12h`; exact, where the Collector has steps of 1 s',
  },
  {
    key: 'decision_wait_after_root_received',
    type: 'duration',
    default: '0s',
    meaning: 'a shorter wait once the root span is in; `0s` is off',
  },
  {
    key: 'sample_on_first_match',
    type: 'boolean',
    default: 'false',
    meaning: 'ask no policy after the first that keeps the trace',
  },
  {
    key: 'sampling_strategy',
    type: 'string',
    default: 'trace-complete',
    meaning: '`span-ingest` is refused: policies always see the whole trace',
  },
  {
    key: 'maximum_trace_size_bytes',
    type: 'whole number, 0 or more',
    default: '0',
    meaning: 'traces of more bytes, uncompressed in OTLP, are not kept, whatever the policies say; 0 is no bound',
  },
  { key: 'tailgate', type: 'map', default: '{}', meaning: 'what the Collector does not have' },
  {
    key: 'tailgate.write_threshold',
    type: 'boolean',
    default: 'true',
    meaning: 'write the effective sampling threshold (`ot=th`) into the tracestate of kept spans',
  },
  {
    key: 'tailgate.ignore_processors',
    type: 'list of strings',
    default: '[]',
    meaning:
      'processors of the pipeline that Tailgate does not run and the traces can go without, named as in the file',
  },
  { key: 'tailgate.ignore_connectors', type: 'list of strings', default: '[]', meaning: 'the same for connectors' },
  {
    key: 'tailgate.ignore_exporters',
    type: 'list of strings',
    default: '[]',
    meaning: 'the same for further exporters',
  },
];

/** What is read and has no effect, and what happens instead. */
export const IGNORED_BLOCK_OPTIONS: readonly OptionDescription[] = [
  ...IGNORED.map(({ key, type, instead }): OptionDescription => {
    const documentedType = type === 'uint64' ? 'whole number, 0 or more' : type;
    return { key, type: documentedType, default: '', meaning: instead };
  }),
  {
    key: 'num_shards',
    type: 'whole number, 0 or more',
    default: '1',
    meaning: 'any number of function instances share the work; at most 256',
  },
  { key: 'decision_cache', type: 'map', default: '', meaning: 'decisions are remembered in the buffer table' },
];

/** Keys that tell a `tail_sampling` block from what surrounds it. */
export const BLOCK_KEYS: readonly string[] = [...BLOCK_OPTIONS, ...IGNORED_BLOCK_OPTIONS]
  .map(({ key }) => key)
  .filter((key) => !key.startsWith('tailgate'));
