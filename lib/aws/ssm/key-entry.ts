import { isTenantName, TENANT_NAME_RULE } from '../../archive/layout.ts';

/** What is stored for a key. */
export interface KeyEntry {
  /** `hashKey` of the whole key. */
  readonly hash: string;
  readonly tenant?: string;
  /** ISO 8601; for people. */
  readonly createdAt?: string;
  /** For people. */
  readonly note?: string;
}

/** A stored entry cannot be used. The message does not show its value, which may be a key stored by mistake. */
export class MalformedKeyEntryError extends Error {
  override readonly name = 'MalformedKeyEntryError';
}

const HASH = /^[0-9a-f]{64}$/;

export function encodeKeyEntry(entry: KeyEntry): string {
  return JSON.stringify(entry);
}

/** @throws {MalformedKeyEntryError} */
export function decodeKeyEntry(value: string): KeyEntry {
  const { hash, tenant, createdAt, note } = parse(value);
  if (typeof hash !== 'string' || !HASH.test(hash)) {
    throw new MalformedKeyEntryError('"hash" must be the SHA-256 of the key, 64 lower-case hex digits');
  }
  if (tenant !== undefined && (typeof tenant !== 'string' || !isTenantName(tenant))) {
    throw new MalformedKeyEntryError(`"tenant" must be a name of ${TENANT_NAME_RULE}`);
  }
  return {
    hash,
    ...(tenant !== undefined && { tenant }),
    ...(typeof createdAt === 'string' && { createdAt }),
    ...(typeof note === 'string' && { note }),
  };
}

function parse(value: string): Readonly<Record<string, unknown>> {
  let entry: unknown;
  try {
    entry = JSON.parse(value);
  } catch {
    throw new MalformedKeyEntryError('the value is not JSON');
  }
  if (typeof entry === 'object' && entry !== null) return entry as Readonly<Record<string, unknown>>;
  throw new MalformedKeyEntryError('the value is not a JSON object');
}
