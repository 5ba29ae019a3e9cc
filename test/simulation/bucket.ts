import {
  GetObjectCommand,
  HeadObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { TRACES_PREFIX } from '../../lib/archive/layout.ts';
import { shortKey } from './names.ts';
import type { Network } from './network.ts';
import type { Process } from './scheduler.ts';

interface StoredObject {
  readonly bytes: Uint8Array;
  readonly metadata: Readonly<Record<string, string>>;
}

/** S3 with one bucket, as far as the object store uses it. */
export class SimulatedBucket {
  readonly #network: Network;
  readonly #objects = new Map<string, StoredObject>();
  /** Keys of kept traces that were written a second time: never allowed. */
  readonly overwritten: string[] = [];

  constructor(network: Network) {
    this.#network = network;
  }

  client(process: Process): S3Client {
    const send = (command: object): Promise<object> => {
      if (command instanceof PutObjectCommand) return this.#put(process, command.input);
      if (command instanceof HeadObjectCommand) return this.#head(process, command.input.Key ?? '');
      if (command instanceof GetObjectCommand) return this.#getObject(process, command.input.Key ?? '');
      throw new Error(`the simulated bucket does not know ${command.constructor.name}: teach it`);
    };
    return { send } as unknown as S3Client;
  }

  /** The objects with kept traces, by key. */
  get archived(): ReadonlyMap<string, Uint8Array> {
    const kept = [...this.#objects].filter(([key]) => key.startsWith(TRACES_PREFIX));
    return new Map(kept.map(([key, { bytes }]) => [key, bytes]));
  }

  #put(process: Process, { Key = '', Body, IfNoneMatch, Metadata = {} }: PutObjectCommandInput): Promise<object> {
    const isArchive = Key.startsWith(TRACES_PREFIX);
    const bytes = Body instanceof Uint8Array ? Body : new Uint8Array(0);
    return this.#network.call(process, {
      name: isArchive ? (bytes.length === 0 ? 'fence' : 'create') : 'spill',
      about: () => shortKey(Key),
      refusal,
      apply: () => {
        if (IfNoneMatch === '*' && this.#objects.has(Key)) throw refusal('PreconditionFailed', 412);
        if (isArchive && this.#objects.has(Key)) this.overwritten.push(Key);
        this.#objects.set(Key, { bytes, metadata: Metadata });
        return {};
      },
    });
  }

  #head(process: Process, key: string): Promise<object> {
    return this.#network.call(process, {
      name: 'inspect',
      about: () => shortKey(key),
      refusal,
      apply: () => {
        const object = this.#objects.get(key);
        // A HEAD has no body, so that its error has no name.
        if (object === undefined) throw refusal('NotFound', 404);
        return { ContentLength: object.bytes.length, Metadata: object.metadata };
      },
      describe: (answer) => (Object(answer).ContentLength > 0 ? 'data' : 'fence'),
    });
  }

  #getObject(process: Process, key: string): Promise<object> {
    return this.#network.call(process, {
      name: 'read spill',
      about: () => shortKey(key),
      refusal,
      apply: () => {
        const object = this.#objects.get(key);
        if (object === undefined) throw new NoSuchKey({ message: `no ${key}`, $metadata: { httpStatusCode: 404 } });
        return { Body: { transformToByteArray: async () => object.bytes } };
      },
    });
  }
}

function refusal(name: string, httpStatusCode: number): S3ServiceException {
  return new S3ServiceException({ name, $fault: 'client', message: name, $metadata: { httpStatusCode } });
}
