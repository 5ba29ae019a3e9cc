import { setTimeout as delay } from 'node:timers/promises';

export interface TrinoColumn {
  readonly name: string;
  readonly type: string;
}

export interface TrinoResult {
  readonly columns: readonly TrinoColumn[];
  readonly rows: readonly (readonly unknown[])[];
  /** Bytes of files that the query has read. */
  readonly physicalInputBytes: number;
}

/** A query that Trino refused or could not finish; the message is Trino's. */
class TrinoError extends Error {
  override readonly name = 'TrinoError';
}

const NODE_TIMEOUT_MS = 60_000;

interface StatementResponse {
  readonly nextUri?: string;
  readonly columns?: readonly TrinoColumn[];
  readonly data?: readonly (readonly unknown[])[];
  readonly error?: { readonly message: string };
  readonly stats: { readonly physicalInputBytes?: number };
}

/** Asks Trino over its client protocol (`/v1/statement`), as any of its clients does. */
export class TrinoClient {
  readonly #url: string;
  readonly #database: string;

  constructor(url: string, database: string) {
    this.#url = url;
    this.#database = database;
  }

  /** @throws {TrinoError} */
  async query(sql: string): Promise<TrinoResult> {
    const deadline = performance.now() + NODE_TIMEOUT_MS;
    for (;;) {
      try {
        return await this.#run(sql);
      } catch (error) {
        // A server that has just started takes queries before it knows itself as the node to run them.
        const isStarting = error instanceof TrinoError && error.message.startsWith('No nodes available');
        if (!isStarting || performance.now() > deadline) throw error;
        await delay(200);
      }
    }
  }

  async #run(sql: string): Promise<TrinoResult> {
    let response = await this.#fetch(`${this.#url}/v1/statement`, { method: 'POST', body: sql });
    let columns: readonly TrinoColumn[] = [];
    const rows: (readonly unknown[])[] = [];
    for (;;) {
      if (response.error !== undefined) throw new TrinoError(response.error.message);
      columns = response.columns ?? columns;
      rows.push(...(response.data ?? []));
      if (response.nextUri === undefined) break;
      response = await this.#fetch(response.nextUri);
    }
    return { columns, rows, physicalInputBytes: response.stats.physicalInputBytes ?? 0 };
  }

  /** The rows as objects. */
  async rows(sql: string): Promise<Record<string, unknown>[]> {
    const { columns, rows } = await this.query(sql);
    return rows.map((row) => Object.fromEntries(columns.map(({ name }, index) => [name, row[index]])));
  }

  async #fetch(url: string, init: RequestInit = {}): Promise<StatementResponse> {
    const headers = {
      'x-trino-user': 'test',
      'x-trino-catalog': 'awsdatacatalog',
      'x-trino-schema': this.#database,
      'x-trino-time-zone': 'UTC',
      // Or timestamps lose their precision in the types of the answer.
      'x-trino-client-capabilities': 'PARAMETRIC_DATETIME',
    };
    for (;;) {
      const answer = await fetch(url, { ...init, headers });
      // The protocol says to ask again: the server is busy.
      if (![502, 503, 504].includes(answer.status)) {
        if (!answer.ok) throw new TrinoError(`${answer.status}: ${await answer.text()}`);
        return (await answer.json()) as StatementResponse;
      }
      await delay(100);
    }
  }
}
