import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { UpdateTableRequest } from '@aws-sdk/client-glue';

type TableInput = NonNullable<UpdateTableRequest['TableInput']>;

interface StoredTable {
  readonly input: TableInput;
  readonly version: number;
}

/**
 * A Glue database of one view, with the calls that Tailgate makes, on the real protocol (AWS JSON 1.1 over HTTP).
 * https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateTable.html
 */
export class GlueDatabase {
  /** Every call that came, by its operation. */
  readonly calls: string[] = [];
  readonly #tables = new Map<string, StoredTable>([
    ['compacted_hours', { input: { Name: 'compacted_hours' }, version: 0 }],
  ]);
  readonly #server = createServer((request, response) => {
    void this.#answer(request).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
    });
  });

  static async start(): Promise<GlueDatabase> {
    const database = new GlueDatabase();
    await new Promise<void>((resolve) => database.#server.listen(0, '127.0.0.1', resolve));
    return database;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  parameters(table: string): Record<string, string> | undefined {
    return this.#tables.get(table)?.input.Parameters;
  }

  input(table: string): TableInput | undefined {
    return this.#tables.get(table)?.input;
  }

  /** As of a stack without compaction. */
  drop(table: string): void {
    this.#tables.delete(table);
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  async #answer(request: IncomingMessage): Promise<{ readonly status: number; readonly body: object }> {
    const operation = String(request.headers['x-amz-target']).replace('AWSGlue.', '');
    this.calls.push(operation);
    const input = JSON.parse(await text(request));
    const name: string = input.Name ?? input.TableInput?.Name;
    const stored = this.#tables.get(name);
    if (stored === undefined) return failure('EntityNotFoundException', `Entity Not Found: ${name}`);
    if (operation === 'GetTable') {
      return { status: 200, body: { Table: { ...stored.input, VersionId: String(stored.version) } } };
    }
    if (input.VersionId !== String(stored.version)) {
      return failure('ConcurrentModificationException', 'Update table failed due to concurrent modifications.');
    }
    this.#tables.set(name, { input: input.TableInput, version: stored.version + 1 });
    return { status: 200, body: {} };
  }
}

function failure(type: string, Message: string) {
  return { status: 400, body: { __type: type, Message } };
}
