import type {
  GetTableRequest,
  GetTableResponse,
  TableInput,
  UpdateTableRequest,
  UpdateTableResponse,
} from '@aws-sdk/client-glue';
import type { CompactionCatalog, PublishedHours } from '../../archive/ports.ts';
import { compactedHoursView } from '../../archive/tables/archive-tables.ts';
import { COMPACTED_HOURS_VIEW, type CompactedHours, NOTHING_COMPACTED } from '../../archive/tables/compacted-hours.ts';
import { PRESTO_VIEW_EXPANDED_TEXT, prestoViewText } from '../../archive/tables/presto-view.ts';
import type { Clock } from '../../pipeline/ports.ts';
import { SignedCalls, type SignedCallsDeps } from '../calls/signed-calls.ts';
import { type RetryPolicy, retry, retryPolicy } from '../retry.ts';

export interface GlueCompactionCatalogDeps extends SignedCallsDeps {
  readonly databaseName: string;
  readonly clock: Clock;
  /** @default 30 s with full jitter */
  readonly retryPolicy?: RetryPolicy;
}

interface CatalogOperations {
  readonly GetTable: { readonly input: GetTableRequest; readonly output: GetTableResponse };
  readonly UpdateTable: { readonly input: UpdateTableRequest; readonly output: UpdateTableResponse };
}

/**
 * The catalogue of compacted hours as the view `compacted_hours` of a Glue database: what Athena reads is the one record
 * of it. The SQL of the view has the hours for queries, and a parameter of it has them as JSON for the next run of the
 * compaction. Glue counts the versions of a table and refuses an update of an older one, which tells two runs apart.
 */
export class GlueCompactionCatalog implements CompactionCatalog {
  readonly #databaseName: string;
  readonly #calls: SignedCalls<CatalogOperations>;
  readonly #retryPolicy: RetryPolicy;

  constructor(deps: GlueCompactionCatalogDeps) {
    this.#databaseName = deps.databaseName;
    this.#calls = new SignedCalls({ name: 'glue', target: 'AWSGlue', version: '1.1' }, deps);
    this.#retryPolicy = deps.retryPolicy ?? retryPolicy(deps.clock, 30_000);
  }

  /** @throws {ServiceError} `EntityNotFoundException` when there is no such view: the archive is deployed without compaction */
  async read(): Promise<PublishedHours> {
    const table = { DatabaseName: this.#databaseName, Name: COMPACTED_HOURS_VIEW };
    const { Table } = await retry(this.#retryPolicy, `read ${COMPACTED_HOURS_VIEW}`, () =>
      this.#calls.call('GetTable', table),
    );
    return { hours: compactedHoursOf(Table?.Parameters), version: Table?.VersionId ?? '' };
  }

  /** Tried once: a second try could not tell its own earlier success from the write of another run. */
  async write(hours: CompactedHours, version: string): Promise<'written' | 'conflict'> {
    try {
      await this.#calls.call('UpdateTable', {
        DatabaseName: this.#databaseName,
        TableInput: tableInput(this.#databaseName, hours),
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

/** The parameter of the view with the hours as JSON: no program has to parse the SQL to know them. */
const HOURS_PARAMETER = 'tailgate.compacted_hours';

/** The view as Glue's API takes it. */
function tableInput(databaseName: string, hours: CompactedHours): TableInput {
  const view = compactedHoursView({ databaseName }, hours);
  return {
    Name: view.name,
    Description: view.description,
    TableType: view.tableType,
    Parameters: { ...view.parameters, [HOURS_PARAMETER]: JSON.stringify(hours) },
    PartitionKeys: [],
    ViewOriginalText: prestoViewText(Buffer.from(JSON.stringify(view.view)).toString('base64')),
    ViewExpandedText: PRESTO_VIEW_EXPANDED_TEXT,
    StorageDescriptor: {
      Columns: view.columns.map(({ name, type, comment }) => ({ Name: name, Type: type, Comment: comment })),
      SerdeInfo: {},
    },
  };
}

/** The hours in the parameters of the view. The deployment makes a view without them: nothing is compacted yet. */
export function compactedHoursOf(parameters: Readonly<Record<string, string>> | undefined): CompactedHours {
  const hours = parameters?.[HOURS_PARAMETER];
  return hours === undefined ? NOTHING_COMPACTED : JSON.parse(hours);
}
