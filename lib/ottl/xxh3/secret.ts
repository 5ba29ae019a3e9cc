import { foldedProduct } from './arithmetic.ts';

/** The default secret of XXH3, 192 bytes (https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md). */
const SECRET_HEX =
  'b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221' +
  'b8084674f743248ee03590e6813a264c3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8' +
  'a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364eac5ac8334d3ebc3c581a0fffa1363eb' +
  '170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e';

export const SECRET_LENGTH = 192;

const view = new DataView(new ArrayBuffer(SECRET_LENGTH));
for (let at = 0; at < SECRET_LENGTH; at++) view.setUint8(at, Number.parseInt(SECRET_HEX.slice(2 * at, 2 * at + 2), 16));

export function secret32(at: number): bigint {
  return BigInt(view.getUint32(at, true));
}

export function secret64(at: number): bigint {
  return view.getBigUint64(at, true);
}

/** Mixes 16 bytes of the input with 16 of the secret. */
export function mix16(input: DataView, at: number, secretAt: number): bigint {
  return foldedProduct(
    input.getBigUint64(at, true) ^ secret64(secretAt),
    input.getBigUint64(at + 8, true) ^ secret64(secretAt + 8),
  );
}
