import type { FuzzTarget } from './target.ts';
import { target as config } from './targets/config.ts';
import { target as events } from './targets/events.ts';
import { target as httpRequest } from './targets/http-request.ts';
import { target as json } from './targets/json.ts';
import { target as lines } from './targets/lines.ts';
import { target as messages } from './targets/messages.ts';
import { target as ottl } from './targets/ottl.ts';
import { target as ottlValues } from './targets/ottl-values.ts';
import { target as parquet } from './targets/parquet.ts';
import { target as payloads } from './targets/payloads.ts';
import { target as protobuf } from './targets/protobuf.ts';
import { target as trace } from './targets/trace.ts';
import { target as traceql } from './targets/traceql.ts';
import { target as wakeUps } from './targets/wake-ups.ts';

/** By the name of their file in `targets/`. */
export const TARGETS: Readonly<Record<string, FuzzTarget>> = {
  protobuf,
  messages,
  trace,
  json,
  'http-request': httpRequest,
  events,
  'wake-ups': wakeUps,
  payloads,
  lines,
  parquet,
  ottl,
  'ottl-values': ottlValues,
  traceql,
  config,
};
