import { communityId, protocolNumber, toEndpoint, toUint16 } from '../network/community-id.ts';
import { urlAttributes } from '../network/url-attributes.ts';
import type { ConverterDefinition } from './converter-definition.ts';

/** Converters of URLs and flows. */
export const NETWORK_CONVERTERS: readonly ConverterDefinition[] = [
  {
    name: 'URL',
    parameters: ['URI'],
    create(args) {
      const text = args.text('URI');
      return (context) => urlAttributes(text(context));
    },
  },
  {
    name: 'CommunityID',
    parameters: ['SourceIP', 'SourcePort', 'DestinationIP', 'DestinationPort'],
    optional: ['Protocol', 'Seed'],
    create(args) {
      const sourceIp = args.text('SourceIP');
      const sourcePort = args.int('SourcePort');
      const destinationIp = args.text('DestinationIP');
      const destinationPort = args.int('DestinationPort');
      const protocol = args.has('Protocol') ? args.text('Protocol') : () => 'TCP';
      const seed = args.has('Seed') ? args.int('Seed') : () => 0n;
      return (context) =>
        communityId(
          toEndpoint(sourceIp(context), sourcePort(context)),
          toEndpoint(destinationIp(context), destinationPort(context)),
          protocolNumber(protocol(context)),
          toUint16(seed(context), 'a seed'),
        );
    },
  },
];
