import { readFileSync } from 'node:fs';
import type { Program } from '../terminal/help.ts';
import { compact } from './commands/compact.ts';
import { completion } from './commands/completion.ts';
import { cost } from './commands/cost.ts';
import { demo } from './commands/demo.ts';
import { keys } from './commands/keys.ts';
import { open } from './commands/open.ts';
import { policies } from './commands/policies.ts';
import { query } from './commands/query.ts';
import { redrive } from './commands/redrive.ts';
import { replay } from './commands/replay.ts';
import { restore } from './commands/restore.ts';
import { start } from './commands/start.ts';
import { trace } from './commands/trace.ts';
import { validate } from './commands/validate.ts';
import { explainError } from './explain-error.ts';

/** The command `tailgate`: first what needs no account, then what works on a deployed pipeline too, or only there. */
export const PROGRAM: Program = {
  name: 'tailgate',
  version: () => JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version,
  summary: 'Tail sampling for OpenTelemetry traces, with no servers to run.',
  commands: [
    start,
    open,
    demo,
    validate,
    trace,
    restore,
    query,
    replay,
    compact,
    policies,
    keys,
    redrive,
    cost,
    completion(() => PROGRAM),
  ],
  explain: explainError,
};
