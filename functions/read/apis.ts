import type { ReadApi } from './http.ts';
import { jaegerClassicApi } from './jaeger/classic-api.ts';
import { jaegerV3Api } from './jaeger/v3-api.ts';
import { ownApi } from './own-api.ts';
import { tempoApi } from './tempo/api.ts';

/** The APIs that read, by the prefix of their paths; the longer of two prefixes first. */
export const READ_APIS: ReadonlyMap<string, ReadApi> = new Map([
  ['/jaeger/api/v3', jaegerV3Api],
  ['/jaeger/api', jaegerClassicApi],
  ['/tempo/api', tempoApi],
  ['/api', ownApi],
]);
