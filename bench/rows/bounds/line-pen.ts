/** What the files of the bound of a JSON line share: where they write, and what they read. They write no line beyond 8 MiB. */
export const out: Buffer<ArrayBuffer> = Buffer.alloc(8 << 20);
export const view: DataView<ArrayBuffer> = new DataView(out.buffer);

interface Pen {
  /** Where the next byte goes in {@link out}. */
  at: number;
  /** The fragment that is being read. */
  bytes: Uint8Array;
  source: DataView;
}

export const pen: Pen = { at: 0, bytes: out, source: view };
