import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

type State = 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';

/** How the service answers a statement. */
export interface AthenaAnswer {
  /** What GetQueryExecution says, one after the other; the last one for ever. */
  readonly states?: readonly State[];
  readonly reason?: string;
  readonly statementType?: 'DML' | 'DDL' | 'UTILITY';
  readonly columns?: readonly { readonly name: string; readonly type: string }[];
  /** As they are sent: the row with the column names is the first one of a table. `null` is a value that is not there. */
  readonly rows?: readonly (readonly (string | null)[])[];
  readonly scannedBytes?: number;
}

interface Execution {
  readonly id: string;
  readonly input: Input;
  readonly answer: AthenaAnswer;
  looks: number;
  isStopped: boolean;
}

type Input = Readonly<Record<string, unknown>>;

/** What the service answers to a call instead of the usual. */
export interface AthenaFault {
  readonly status: number;
  readonly type: string;
  readonly message: string;
}

const WORK_GROUP = 'tailgate';
/** The most rows of a page. */
const MAX_PAGE = 1000;

/**
 * An Athena with the calls that Tailgate makes, on the real protocol (AWS JSON 1.1 over HTTP, signed): idempotent starts, states,
 * paging, limits and errors as the API reference has them. https://docs.aws.amazon.com/athena/latest/APIReference/
 */
export class AthenaService {
  /** Every call that came: `StartQueryExecution`. */
  readonly calls: string[] = [];
  /** Next calls of an operation that go wrong. */
  readonly faults = new Map<string, AthenaFault[]>();
  readonly executions: Execution[] = [];
  /** How it answers; `undefined` of a statement that the test does not expect. */
  answer: (sql: string) => AthenaAnswer | Promise<AthenaAnswer> = () => ({});
  /** Rows of a page, the one with the names included. */
  pageSize = MAX_PAGE;
  /** Called after each call was answered. */
  onCall: (operation: string) => void = () => {};
  readonly #server = createServer((request, response) => {
    void this.#answer(request).then(({ operation, status, body }) => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
      this.onCall(operation);
    });
  });

  static async start(): Promise<AthenaService> {
    const service = new AthenaService();
    await new Promise<void>((resolve) => service.#server.listen(0, '127.0.0.1', resolve));
    return service;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Statements that were run, by what they were. */
  get statements(): readonly unknown[] {
    return this.executions.map(({ input }) => input['QueryString']);
  }

  reset(): void {
    this.calls.length = 0;
    this.executions.length = 0;
    this.faults.clear();
    this.answer = () => ({});
    this.pageSize = MAX_PAGE;
    this.onCall = () => {};
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  async #answer(request: IncomingMessage): Promise<{ operation: string; status: number; body: unknown }> {
    const operation = String(request.headers['x-amz-target']).replace('AmazonAthena.', '');
    const input: Input = JSON.parse(await text(request));
    this.calls.push(operation);
    const refuse = ({ status, type, message }: AthenaFault) => ({
      operation,
      status,
      body: { __type: type, Message: message },
    });
    if (!/^AWS4-HMAC-SHA256 .*\/athena\/aws4_request/.test(request.headers.authorization ?? '')) {
      return refuse({ status: 403, type: 'MissingAuthenticationTokenException', message: 'not signed' });
    }
    const fault = this.faults.get(operation)?.shift();
    if (fault !== undefined) return refuse(fault);
    try {
      return { operation, status: 200, body: await this.#act(operation, input) };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return refuse({ status: 400, type: 'InvalidRequestException', message });
    }
  }

  async #act(operation: string, input: Input): Promise<object> {
    switch (operation) {
      case 'StartQueryExecution':
        return { QueryExecutionId: (await this.#start(input)).id };
      case 'GetQueryExecution':
        return { QueryExecution: this.#look(this.#find(input)) };
      case 'GetQueryResults':
        return this.#page(this.#find(input), input);
      case 'StopQueryExecution':
        this.#find(input).isStopped = true;
        return {};
      default:
        throw new Error(`unknown operation ${operation}`);
    }
  }

  async #start(input: Input): Promise<Execution> {
    const token = String(input['ClientRequestToken'] ?? '');
    if (token.length < 32) throw new Error('ClientRequestToken must have 32 characters or more');
    const known = this.executions.find((execution) => execution.input['ClientRequestToken'] === token);
    if (known !== undefined) return known;
    if (input['WorkGroup'] !== WORK_GROUP) throw new Error('WorkGroup is not found.');
    const sql = String(input['QueryString']);
    if (sql === '' || Buffer.byteLength(sql) > 262_144) throw new Error('QueryString is too short or too long');
    const id = `00000000-0000-4000-8000-${String(this.executions.length + 1).padStart(12, '0')}`;
    const execution = { id, input, answer: await this.answer(sql), looks: 0, isStopped: false };
    this.executions.push(execution);
    return execution;
  }

  #find(input: Input): Execution {
    const found = this.executions.find(({ id }) => id === input['QueryExecutionId']);
    if (found === undefined) throw new Error(`QueryExecution ${input['QueryExecutionId']} was not found`);
    return found;
  }

  #look(execution: Execution) {
    const { id, input, answer } = execution;
    const state = stateOf(execution);
    execution.looks += 1;
    const ended = state === 'SUCCEEDED' || state === 'FAILED' || state === 'CANCELLED';
    return {
      QueryExecutionId: id,
      Query: input['QueryString'],
      StatementType: answer.statementType ?? 'DML',
      QueryExecutionContext: input['QueryExecutionContext'],
      WorkGroup: input['WorkGroup'],
      Status: {
        State: state,
        SubmissionDateTime: 1795262400.123,
        ...(ended && { CompletionDateTime: 1795262403.5 }),
        ...(ended && answer.reason !== undefined && { StateChangeReason: answer.reason }),
      },
      Statistics: {
        DataScannedInBytes: answer.scannedBytes ?? 0,
        ...(state !== 'QUEUED' && { EngineExecutionTimeInMillis: 2345, QueryQueueTimeInMillis: 120 }),
      },
    };
  }

  #page(execution: Execution, input: Input) {
    const { columns = [], rows = [] } = execution.answer;
    const state = stateOf(execution);
    if (state !== 'SUCCEEDED') throw new Error(`Query has not yet finished. Current state: ${state}`);
    const from = Number(input['NextToken'] ?? 0);
    const to = from + Math.min(Number(input['MaxResults'] ?? MAX_PAGE), this.pageSize);
    return {
      UpdateCount: 0,
      ResultSet: {
        Rows: rows.slice(from, to).map((row) => ({
          Data: row.map((value) => (value === null ? {} : { VarCharValue: value })),
        })),
        ResultSetMetadata: {
          ColumnInfo: columns.map(({ name, type }) => ({
            CatalogName: 'hive',
            SchemaName: '',
            TableName: '',
            Name: name,
            Label: name,
            Type: type,
            Precision: 0,
            Scale: 0,
            Nullable: 'UNKNOWN',
            CaseSensitive: type === 'varchar',
          })),
        },
      },
      ...(to < rows.length && { NextToken: String(to) }),
    };
  }
}

function stateOf({ answer: { states = ['SUCCEEDED'] }, looks, isStopped }: Execution): State {
  if (isStopped) return 'CANCELLED';
  return states[Math.min(looks, states.length - 1)] ?? 'SUCCEEDED';
}
