import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { KeptCompressor, type OpenStream } from '../../../lib/aws/dynamodb/kept-compressor.ts';

const PROBE = Buffer.from('some bytes to try it with');
const PAYLOAD = Buffer.from('a payload');

/** With a stream that does this, and how many payloads got a stream of their own. */
function keptWith(open: () => OpenStream) {
  let once = 0;
  const compressor = new KeptCompressor(
    {
      open,
      once(payload) {
        once += 1;
        return deflateRawSync(payload);
      },
      decode: (compressed) => inflateRawSync(compressed),
    },
    PROBE,
  );
  return { compressor, onceCount: () => once };
}

function stream(compress: OpenStream['compress']): OpenStream {
  return { compress, close() {} };
}

describe('KeptCompressor', () => {
  it('uses the stream that stays open', () => {
    const { compressor, onceCount } = keptWith(() => stream((payload) => deflateRawSync(payload)));
    expect(inflateRawSync(compressor.compress(PAYLOAD))).toEqual(PAYLOAD);
    expect(compressor.isOpen).toBe(true);
    expect(onceCount()).toBe(0);
  });

  it.each<[string, () => OpenStream]>([
    ['cannot be opened', () => fail()],
    ['throws', () => stream(fail)],
    ['gives nothing', () => stream(() => null)],
    ['gives something that cannot be decoded', () => stream(() => Buffer.from([0xff, 0xff]))],
    ['gives something else', () => stream(() => deflateRawSync('something else'))],
    ['gives the first payload again', () => repeating()],
  ])('does without a stream that %s', (_, open) => {
    const { compressor, onceCount } = keptWith(open);
    expect(inflateRawSync(compressor.compress(PAYLOAD))).toEqual(PAYLOAD);
    expect(compressor.isOpen).toBe(false);
    expect(onceCount()).toBe(1);
  });

  it('gives up a stream that breaks later', () => {
    let payloads = 0;
    const { compressor, onceCount } = keptWith(() =>
      stream((payload) => (++payloads > 3 ? fail() : deflateRawSync(payload))),
    );
    for (let i = 0; i < 4; i++) expect(inflateRawSync(compressor.compress(PAYLOAD))).toEqual(PAYLOAD);
    expect([payloads, onceCount()]).toEqual([4, 3]);
  });

  it('closes its stream, and still compresses', () => {
    let closed = 0;
    const { compressor, onceCount } = keptWith(() => ({
      compress: (payload) => deflateRawSync(payload),
      close() {
        closed += 1;
      },
    }));
    compressor.close();
    compressor.close();
    expect(inflateRawSync(compressor.compress(PAYLOAD))).toEqual(PAYLOAD);
    expect([closed, onceCount()]).toEqual([1, 1]);
  });
});

function fail(): never {
  throw new Error('as if Node.js had changed');
}

function repeating(): OpenStream {
  let first: Uint8Array | undefined;
  return stream((payload) => {
    first ??= deflateRawSync(payload);
    return first;
  });
}
