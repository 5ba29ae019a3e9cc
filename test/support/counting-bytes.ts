export interface CountingBytes {
  readonly bytes: Uint8Array;
  /** How many bytes were read one by one, or handed out by `subarray`. */
  readonly reads: () => number;
}

/** Bytes that count how often they are read: the steps of what reads them, whatever the machine. */
export function countingBytes(bytes: Uint8Array): CountingBytes {
  let reads = 0;
  const subarray = (start: number, end: number) => {
    reads += end - start;
    return bytes.subarray(start, end);
  };
  const counting = new Proxy(bytes, {
    get(target, key) {
      if (typeof key === 'string' && /^\d/.test(key)) {
        reads++;
        return target[Number(key)];
      }
      if (key === 'subarray') return subarray;
      const value = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { bytes: counting, reads: () => reads };
}
