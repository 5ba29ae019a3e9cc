import { target as messages } from './targets/messages.ts';
import { target as protobuf } from './targets/protobuf.ts';
import { target as trace } from './targets/trace.ts';
import type { FuzzTarget } from './target.ts';

/** By the name of their file in `targets/`. */
export const TARGETS: Readonly<Record<string, FuzzTarget>> = { messages, protobuf, trace };
