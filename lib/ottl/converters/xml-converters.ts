import { parseSimplifiedXml, parseXml } from '../formats/xml/parse.ts';
import type { ConverterDefinition } from './converter-definition.ts';

/** Converters that read XML. */
export const XML_CONVERTERS: readonly ConverterDefinition[] = [
  {
    name: 'ParseXML',
    parameters: ['Target'],
    create(args) {
      const target = args.text('Target');
      return (context) => parseXml(target(context));
    },
  },
  {
    name: 'ParseSimplifiedXML',
    parameters: ['Target'],
    create(args) {
      const target = args.text('Target');
      return (context) => parseSimplifiedXml(target(context));
    },
  },
];
