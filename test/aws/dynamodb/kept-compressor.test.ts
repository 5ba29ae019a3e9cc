import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { onCompressorFailure, openDeflate } from '../../../lib/aws/dynamodb/compressors.ts';
import { KeptCompressor, type OpenStream } from '../../../lib/aws/dynamodb/kept-compressor.ts';

const PROBE = Buffer.from('some bytes to try it with');
const PAYLOAD = Buffer.from('a payload');

/** With a stream that does this, and how many payloads got a stream of their own. */
function keptWith(open: () => OpenStream) {
  let once = 0;
  const failures: unknown[] = [];
  const compressor = new KeptCompressor(
    {
      open,
      once(payload) {
        once += 1;
        return deflateRawSync(payload);
      },
      decode: (compressed) => inflateRawSync(compressed),
      onFailure: (error) => failures.push(error),
    },
    PROBE,
  );
  return { compressor, onceCount: () => once, failures };
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
    let opened = 0;
    const { compressor, onceCount, failures } = keptWith(() => {
      opened += 1;
      return open();
    });
    for (let i = 0; i < 3; i++) expect(inflateRawSync(compressor.compress(PAYLOAD))).toEqual(PAYLOAD);
    expect(compressor.isOpen).toBe(false);
    expect([opened, onceCount(), failures.length]).toEqual([1, 3, 1]);
  });

  it('replaces a stream that breaks later', () => {
    let opened = 0;
    const { compressor, onceCount, failures } = keptWith(() => {
      opened += 1;
      let payloads = 0;
      const isFirst = opened === 1;
      return stream((payload) => (++payloads > 3 && isFirst ? fail() : deflateRawSync(payload)));
    });
    // Two parts of the probe, a payload, and one that breaks it.
    for (let i = 0; i < 6; i++) expect(inflateRawSync(compressor.compress(PAYLOAD))).toEqual(PAYLOAD);
    expect([opened, onceCount()]).toEqual([2, 1]);
    expect(compressor.isOpen).toBe(true);
    expect(failures).toEqual([new Error('as if Node.js had changed')]);
  });

  it('does without a stream at last when each breaks after its first payload', () => {
    let opened = 0;
    const { compressor, failures } = keptWith(() => {
      opened += 1;
      let payloads = 0;
      return stream((payload) => (++payloads > 3 ? fail() : deflateRawSync(payload)));
    });
    for (let i = 0; i < 100; i++) expect(inflateRawSync(compressor.compress(PAYLOAD))).toEqual(PAYLOAD);
    expect([opened, failures.length, compressor.isOpen]).toEqual([8, 8, false]);
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

it('a process is told once of compressors that fail', () => {
  const told: unknown[] = [];
  onCompressorFailure((error) => told.push(error));
  // There is no such level.
  for (let i = 0; i < 2; i++) openDeflate(1_000);
  expect(told).toEqual([expect.any(Error)]);
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
