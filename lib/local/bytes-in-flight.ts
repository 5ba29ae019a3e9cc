import type { HttpHead, HttpResponse } from '../../functions/ingest/http.ts';
import { refuseForNow } from '../../functions/ingest/otlp-http.ts';

/**
 * Counts what requests hold in memory: the bytes of their bodies as they come, and unpacked until they are answered. At the
 * limit, bodies are no longer read, so that no number of senders exhausts the memory of the process.
 */
export class BytesInFlight {
  readonly #limit: number;
  #held = 0;
  #most = 0;

  /** @param limit in bytes; exceeded by one read of each connection, and by one request unpacked, at most */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get isFull(): boolean {
    return this.#held >= this.#limit;
  }

  get isEmpty(): boolean {
    return this.#held === 0;
  }

  /** The most that was held at a time. */
  get most(): number {
    return this.#most;
  }

  /** The share of one request. */
  share(): BytesOfRequest {
    let own = 0;
    return {
      add: (bytes) => {
        own += bytes;
        this.#held += bytes;
        this.#most = Math.max(this.#most, this.#held);
      },
      release: () => {
        this.#held -= own;
        own = 0;
      },
    };
  }
}

/** What one request holds. */
export interface BytesOfRequest {
  add(bytes: number): void;
  /** It holds nothing any more. */
  release(): void;
}

/** The answer to a request that there is no room for. */
export function refuseForRoom(head: HttpHead): HttpResponse {
  return refuseForNow(head, 'too many requests at once: send the spans again');
}
