import type { XmlName } from './xml-cursor.ts';

export interface XmlAttribute extends XmlName {
  readonly value: string;
}

export type XmlToken =
  | {
      readonly kind: 'start';
      readonly name: XmlName;
      readonly attributes: readonly XmlAttribute[];
      readonly isEmpty: boolean;
    }
  | { readonly kind: 'end'; readonly name: XmlName }
  | { readonly kind: 'text' | 'cdata' | 'comment' | 'directive'; readonly text: string }
  | { readonly kind: 'instruction'; readonly target: string; readonly text: string };
