/**
 * A value as JSON text, as the AWS JSON protocols have it: bytes in base64, members that are `undefined` left out. Unlike
 * `JSON.stringify` it makes no copies: bytes go straight into the text.
 *
 * @throws {TypeError} for what these protocols have no form for
 */
export function toJsonText(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      if (Number.isFinite(value)) return String(value);
      break;
    case 'boolean':
      return String(value);
    case 'object':
      return objectText(value);
  }
  throw new TypeError(`cannot send ${String(value)}: JSON has no form for it`);
}

function objectText(value: object | null): string {
  if (value === null) return 'null';
  if (value instanceof Uint8Array) {
    // Base64 needs no escapes.
    return `"${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')}"`;
  }
  let text = '';
  if (Array.isArray(value)) {
    for (const element of value) text += text === '' ? toJsonText(element) : `,${toJsonText(element)}`;
    return `[${text}]`;
  }
  const members = value as Readonly<Record<string, unknown>>;
  for (const name in members) {
    const member = members[name];
    if (member === undefined) continue;
    text += text === '' ? `${JSON.stringify(name)}:` : `,${JSON.stringify(name)}:`;
    text += toJsonText(member);
  }
  return `{${text}}`;
}
