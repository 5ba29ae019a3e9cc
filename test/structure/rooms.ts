/** A room of the house: a folder of source with one subject. */
export interface Room {
  /** Its folder, from the top of the repository. */
  readonly folder: string;
  /** What it holds, as CONTRIBUTING.md says it. */
  readonly holds: string;
  /** It imports no I/O, no AWS, no clock and no environment: what it needs of the world is a port or an argument. */
  readonly pure: boolean;
}

/**
 * The rooms in floors, from the ground up. A file imports from its own room and from the floors below it. `biome.json`
 * takes the pure ones from here and CONTRIBUTING.md the list: `rooms.test.ts` compares them.
 */
export const FLOORS: readonly (readonly Room[])[] = [
  [
    { folder: 'lib/otlp', holds: 'the bytes of OTLP: protobuf, JSON both ways, the view of a whole trace', pure: true },
    { folder: 'lib/text', holds: 'words for messages: the nearest name', pure: true },
  ],
  [{ folder: 'lib/terminal', holds: 'everything that knows a person is watching', pure: false }],
  [
    { folder: 'lib/ottl', holds: 'the OpenTelemetry Transformation Language; knows no sampling', pure: true },
    { folder: 'lib/traffic', holds: 'made-up traces for the demo, the cost model and the benches', pure: true },
  ],
  [{ folder: 'lib/sampling', holds: '`tail_sampling` configuration, policies, the decision', pure: true }],
  [
    {
      folder: 'lib/archive',
      holds: 'what lies in the bucket: layout, hours, lines, tables, queries, compaction',
      pure: true,
    },
  ],
  [
    { folder: 'lib/pipeline', holds: 'the protocol: ingest and decide, over ports', pure: true },
    { folder: 'lib/read', holds: 'looking at kept traces: search, one trace, counts, over ports', pure: true },
  ],
  [
    { folder: 'lib/aws', holds: 'the ports on DynamoDB, S3, SQS, SSM and Glue, and on a folder', pure: false },
    { folder: 'lib/sqlite', holds: 'the ports on SQLite', pure: false },
  ],
  [{ folder: 'functions', holds: 'the Lambda functions: event, call, result', pure: false }],
  [{ folder: 'lib/cdk', holds: 'the constructs, the stack and the app', pure: false }],
  [{ folder: 'lib/local', holds: 'the whole pipeline on one machine', pure: false }],
  [{ folder: 'lib/cost', holds: 'the model of the bill', pure: false }],
  [{ folder: 'lib/cli', holds: 'the commands of `tailgate`', pure: false }],
  [{ folder: 'scripts', holds: 'tools of the repository: generated docs, packages', pure: false }],
];
