/**
 * `name` is lower case (`start_time`), `symbol` upper case (`STATUS_CODE_OK`), `mixed` both (`IsMatch`, `replacePattern`).
 */
export type TokenKind = 'bytes' | 'float' | 'int' | 'string' | 'operator' | 'name' | 'symbol' | 'mixed' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** As written, but for strings, where it is what they mean. */
  readonly text: string;
  /** Where it starts and ends in the condition. */
  readonly from: number;
  readonly to: number;
}
