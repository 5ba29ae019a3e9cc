import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createSsmClient } from '../../lib/aws/clients.ts';
import { engineClientOptions } from './engines/engine.ts';

interface Version {
  readonly Value: string;
  readonly LastModifiedDate: number;
}

type Input = Readonly<Record<string, unknown>>;

/** What the service answers to one call, instead of the usual. */
export interface Outage {
  readonly status: number;
  readonly type: string;
}

/**
 * A Parameter Store with the calls that Tailgate makes, on the real protocol (AWS JSON 1.1 over HTTP): versions, paging, size
 * limits and errors as the API reference has them. https://docs.aws.amazon.com/systems-manager/latest/APIReference/
 */
export class ParameterStore {
  /** Every call that came, e.g. `GetParameter /a:3`. */
  readonly calls: string[] = [];
  /** As long as it is set, every call fails like this. */
  outage: Outage | undefined;
  readonly #parameters = new Map<string, Version[]>();
  readonly #server = createServer((request, response) => {
    void this.#answer(request).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
    });
  });

  static async start(): Promise<ParameterStore> {
    const store = new ParameterStore();
    await new Promise<void>((resolve) => store.#server.listen(0, '127.0.0.1', resolve));
    return store;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  client() {
    return createSsmClient(engineClientOptions(this.url));
  }

  /** Sets a value as a person would in the console, without any check. */
  set(name: string, value: string): void {
    this.#parameters.set(name, [...(this.#parameters.get(name) ?? []), { Value: value, LastModifiedDate: 1795262400 }]);
  }

  value(name: string): string | undefined {
    return this.#parameters.get(name)?.at(-1)?.Value;
  }

  names(): readonly string[] {
    return [...this.#parameters.keys()];
  }

  remove(name: string): void {
    this.#parameters.delete(name);
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  async #answer(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    const action = String(request.headers['x-amz-target']).replace('AmazonSSM.', '');
    const input: Input = JSON.parse(await text(request));
    this.calls.push(`${action} ${input['Name'] ?? input['Path']}`);
    if (this.outage !== undefined) {
      return { status: this.outage.status, body: { __type: this.outage.type, message: 'injected' } };
    }
    try {
      return { status: 200, body: this.#act(action, input) };
    } catch (error) {
      return { status: 400, body: { __type: error instanceof Error ? error.message : error, message: '' } };
    }
  }

  #act(action: string, input: Input): unknown {
    switch (action) {
      case 'GetParameter':
        return { Parameter: this.#get(String(input['Name'])) };
      case 'GetParameterHistory':
        return this.#history(input);
      case 'PutParameter':
        return this.#put(input);
      case 'DeleteParameter':
        if (!this.#parameters.delete(String(input['Name']))) throw new Error('ParameterNotFound');
        return {};
      case 'GetParametersByPath':
        return this.#byPath(input);
      default:
        throw new Error('UnknownOperationException');
    }
  }

  #get(selector: string) {
    const [name = '', selected] = selector.split(':');
    const versions = this.#parameters.get(name);
    if (versions === undefined) throw new Error('ParameterNotFound');
    const version = selected === undefined ? versions.length : Number(selected);
    const stored = versions[version - 1];
    if (stored === undefined) throw new Error('ParameterVersionNotFound');
    return { Name: name, Type: 'String', Version: version, ...stored };
  }

  #history(input: Input) {
    const name = String(input['Name']);
    const versions = this.#parameters.get(name);
    if (versions === undefined) throw new Error('ParameterNotFound');
    const all = versions.map((stored, i) => ({
      Name: name,
      Version: i + 1,
      LastModifiedUser: 'arn:aws:iam::1:user/a',
      ...stored,
    }));
    return page('Parameters', all, input, 50);
  }

  #put(input: Input) {
    const [name, value] = [String(input['Name']), String(input['Value'])];
    if (this.#parameters.has(name) && input['Overwrite'] !== true) throw new Error('ParameterAlreadyExists');
    const maxBytes = input['Tier'] === 'Intelligent-Tiering' ? 8192 : 4096;
    if (value === '' || value.includes('{{') || Buffer.byteLength(value) > maxBytes)
      throw new Error('ValidationException');
    this.set(name, value);
    return {
      Version: this.#parameters.get(name)?.length,
      Tier: Buffer.byteLength(value) > 4096 ? 'Advanced' : 'Standard',
    };
  }

  #byPath(input: Input) {
    const path = `${input['Path']}/`;
    const names = this.names().filter((name) => name.startsWith(path) && !name.slice(path.length).includes('/'));
    return page(
      'Parameters',
      names.map((name) => this.#get(name)),
      input,
      10,
    );
  }
}

function page(key: string, all: readonly unknown[], input: Input, maxResults: number) {
  const start = Number(input['NextToken'] ?? 0);
  const end = start + Math.min(Number(input['MaxResults'] ?? maxResults), maxResults);
  return { [key]: all.slice(start, end), ...(end < all.length && { NextToken: String(end) }) };
}
