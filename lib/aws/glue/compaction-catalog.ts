import type { GetTableResponse } from '@aws-sdk/client-glue';
import {
  COMPACTED_HOURS_VIEW,
  compactedHoursInput,
  compactedHoursOf,
} from '../../archive/compaction/compacted-hours-view.ts';
import type { CompactionCatalog, PublishedHours } from '../../archive/ports.ts';
import type { Clock } from '../../pipeline/ports.ts';
import { type RetryPolicy, retry, retryPolicy } from '../retry.ts';
import { SignedCalls, type SignedCallsDeps } from '../signed-calls.ts';

export interface GlueCompactionCatalogDeps extends SignedCallsDeps {
  readonly databaseName: string;
  readonly clock: Clock;
  /** @default 30 s with full jitter */
  readonly retryPolicy?: RetryPolicy;
}

/** The view `compacted_hours` of a Glue database. Glue's version of it tells whether somebody else has written. */
export class GlueCompactionCatalog implements CompactionCatalog {
  readonly #databaseName: string;
  readonly #calls: SignedCalls;
  readonly #retryPolicy: RetryPolicy;

  constructor(deps: GlueCompactionCatalogDeps) {
    this.#databaseName = deps.databaseName;
    this.#calls = new SignedCalls('glue', 'AWSGlue', deps);
    this.#retryPolicy = deps.retryPolicy ?? retryPolicy(deps.clock, 30_000);
  }

  /** @throws {ServiceError} `EntityNotFoundException` when there is no such view: the archive is deployed without compaction */
  async read(): Promise<PublishedHours> {
    const table = { DatabaseName: this.#databaseName, Name: COMPACTED_HOURS_VIEW };
    const { Table }: GetTableResponse = await retry(this.#retryPolicy, `read ${COMPACTED_HOURS_VIEW}`, () =>
      this.#calls.call('GetTable', table),
    );
    return { hours: compactedHoursOf(Table?.Parameters), version: Table?.VersionId ?? '' };
  }

  /** Tried once: a second try could not tell its own earlier success from somebody else's. */
  async write(hours: PublishedHours['hours'], version: string): Promise<'written' | 'conflict'> {
    const TableInput = compactedHoursInput(this.#databaseName, hours, (text) => Buffer.from(text).toString('base64'));
    try {
      await this.#calls.call('UpdateTable', {
        DatabaseName: this.#databaseName,
        TableInput,
        VersionId: version,
        SkipArchive: true,
      });
      return 'written';
    } catch (error) {
      if (error instanceof Error && error.name === 'ConcurrentModificationException') return 'conflict';
      throw error;
    }
  }
}
