import type { KeyParameters } from '../../aws/ssm/ingest-keys.ts';
import { createIngestKey, hashKey } from '../../aws/ssm/ingest-keys.ts';
import { readEntries } from './read-entries.ts';
import type { KeysIo } from './run-keys.ts';

export interface KeyRequest {
  readonly tenant: string | undefined;
  readonly note: string | undefined;
  /** Undefined when it is not known. */
  readonly ingestUrl: string | undefined;
}

/** Makes a key, stores its hash, and prints it for the one and only time. */
export async function createKey(keys: KeyParameters, request: KeyRequest, io: KeysIo): Promise<void> {
  const { tenant, note, ingestUrl } = request;
  await warnOfMixture(keys, tenant, io);
  const { id, key } = createIngestKey();
  await keys.create(id, {
    hash: hashKey(key),
    ...(tenant !== undefined && { tenant }),
    createdAt: new Date(io.clock.now()).toISOString(),
    ...(note !== undefined && { note }),
  });
  io.complain(`key ${id}${tenant === undefined ? '' : ` of tenant ${tenant}`}, shown this once; for exporters:\n`);
  if (ingestUrl !== undefined) io.print(`export OTEL_EXPORTER_OTLP_ENDPOINT=${ingestUrl}`);
  io.print(`export OTEL_EXPORTER_OTLP_HEADERS=x-api-key=${key}`);
}

/** A pipeline either keeps tenants apart or not; functions skip keys of the other kind. */
async function warnOfMixture(keys: KeyParameters, tenant: string | undefined, io: KeysIo): Promise<void> {
  const others = (await readEntries(keys)).flatMap(({ entry }) => entry ?? []);
  if (tenant === undefined && others.some((entry) => entry.tenant !== undefined)) {
    io.complain('warning: other keys have a tenant; a pipeline with tenants refuses keys without one: add --tenant');
  }
  if (tenant !== undefined && others.some((entry) => entry.tenant === undefined)) {
    io.complain('warning: other keys have no tenant; a pipeline without tenants refuses keys that have one');
  }
}
