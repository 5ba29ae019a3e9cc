import { EventEmitter } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/**
 * Name of the TTL attribute by table. It lives as long as the process, because provisioning sets it again at every
 * start.
 */
export type TimeToLiveSettings = Map<string, string>;

interface Answer {
  readonly status: number;
  readonly answer: unknown;
}

interface Request {
  readonly TableName?: unknown;
  readonly TimeToLiveSpecification?: { readonly AttributeName?: unknown; readonly Enabled?: unknown } | null;
}

/**
 * Answers UpdateTimeToLive and DescribeTimeToLive, which dynalite does not have. It does not check whether the table
 * exists.
 */
function answerTimeToLive(
  operation: 'UpdateTimeToLive' | 'DescribeTimeToLive',
  body: string,
  settings: TimeToLiveSettings,
): Answer {
  const request: Request = JSON.parse(body);
  const table = request.TableName;
  if (typeof table !== 'string') return invalid('TableName must be a string');
  if (operation === 'DescribeTimeToLive') {
    const attribute = settings.get(table);
    const description =
      attribute === undefined
        ? { TimeToLiveStatus: 'DISABLED' }
        : { TimeToLiveStatus: 'ENABLED', AttributeName: attribute };
    return { status: 200, answer: { TimeToLiveDescription: description } };
  }
  const { AttributeName: attribute, Enabled: enabled } = request.TimeToLiveSpecification ?? {};
  if (typeof attribute !== 'string' || typeof enabled !== 'boolean') {
    return invalid('TimeToLiveSpecification must have AttributeName and Enabled');
  }
  if (enabled) settings.set(table, attribute);
  else settings.delete(table);
  return { status: 200, answer: { TimeToLiveSpecification: { AttributeName: attribute, Enabled: enabled } } };
}

function invalid(message: string): Answer {
  return { status: 400, answer: { __type: 'com.amazon.coral.validate#ValidationException', message } };
}

/** DynamoDB's limit for a request. */
const MAX_REQUEST_BYTES = 16 * 1024 * 1024;

/**
 * An HTTP server in front of dynalite's own, which ends the whole process if a client disconnects in the middle of a
 * body. It passes on only complete requests, answers operations that dynalite lacks (time to live), and turns an
 * exception of dynalite into a 400.
 */
export function createDynamoFront(dynalite: Server): Server {
  const settings: TimeToLiveSettings = new Map();
  const front = createServer((request, response) => {
    readBody(request, (body) => {
      if (body === 'too large') return answerError(response, 413, 'RequestEntityTooLargeException', 'over 16 MB');
      const operation = String(request.headers['x-amz-target'] ?? '').split('.')[1];
      if (request.method === 'POST' && !isObject(body)) {
        return answerError(response, 400, 'SerializationException', 'the body is not a JSON object');
      }
      if (operation === 'UpdateTimeToLive' || operation === 'DescribeTimeToLive') {
        const { status, answer } = answerTimeToLive(operation, body.toString(), settings);
        return answerJson(response, status, answer);
      }
      handOn(dynalite, request, body, response);
    });
  });
  // With Node's default of 5 s, the server closes idle connections while the client's pool is about to use them.
  front.keepAliveTimeout = 65_000;
  return front;
}

/** Calls back with the whole body, or not at all if the client disconnects. */
function readBody(request: IncomingMessage, done: (body: Buffer | 'too large') => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on('error', () => {});
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= MAX_REQUEST_BYTES) chunks.push(chunk);
  });
  request.on('end', () => done(bytes <= MAX_REQUEST_BYTES ? Buffer.concat(chunks) : 'too large'));
}

/** Replays the request to dynalite's handler synchronously, so that its exceptions are thrown here. */
function handOn(dynalite: Server, request: IncomingMessage, body: Buffer, response: ServerResponse): void {
  const { headers, method, url, socket } = request;
  const whole = Object.assign(new EventEmitter(), { headers, method, url, socket });
  dynalite.emit('request', whole, response);
  try {
    if (body.length > 0) whole.emit('data', body);
    whole.emit('end');
  } catch (error) {
    answerError(response, 400, 'SerializationException', String(error));
  }
}

function isObject(body: Buffer): boolean {
  try {
    const value: unknown = JSON.parse(body.toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

function answerError(response: ServerResponse, status: number, type: string, message: string): void {
  answerJson(response, status, { __type: `com.amazon.coral.service#${type}`, message });
}

function answerJson(response: ServerResponse, status: number, answer: unknown): void {
  if (response.headersSent) return;
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(answer));
}
