import type { ReadApi } from './http.ts';
import { ownApi } from './own-api.ts';

/** The APIs that read, by the prefix of their paths; the longer of two prefixes first. */
export const READ_APIS: ReadonlyMap<string, ReadApi> = new Map([['/api', ownApi]]);
