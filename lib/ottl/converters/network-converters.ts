import { quotedExcerpt } from '../../text/messages.ts';
import { failEvaluation } from '../errors.ts';
import { communityId, protocolNumber, toEndpoint, toUint16 } from '../network/community-id.ts';
import { contains, type IpNetwork, parseIp, parseNetwork } from '../network/ip-network.ts';
import { urlAttributes } from '../network/url-attributes.ts';
import type { Getter } from '../runtime/context.ts';
import type { CallArguments } from './call-arguments.ts';
import type { ConverterDefinition } from './converter-definition.ts';

/** Converters of URLs, addresses and flows. */
export const NETWORK_CONVERTERS: readonly ConverterDefinition[] = [
  /** `IsInCIDR("10.1.2.3", ["10.0.0.0/8"])`. False for a text that is not an IP address. */
  {
    name: 'IsInCIDR',
    parameters: ['Target', 'Networks'],
    create(args) {
      const target = args.text('Target');
      const networks = networksArgument(args);
      return (context) => {
        const ip = parseIp(target(context));
        return ip !== undefined && networks.some((network) => contains(network(context), ip));
      };
    },
  },
  /** `URL("https://a.example/cart?x=1")["url.path"] == "/cart"` */
  {
    name: 'URL',
    parameters: ['URI'],
    create(args) {
      const text = args.text('URI');
      return (context) => urlAttributes(text(context));
    },
  },
  /**
   * `CommunityID("128.232.110.120", 34855, "66.35.250.204", 80) == "1:LQU9qZlK+B5F3KDmev6m5PMibrg="`
   *
   * Identifies a flow: both directions have the same ID.
   */
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

/** Literal networks are parsed at start. */
function networksArgument(args: CallArguments): readonly Getter<IpNetwork>[] {
  const networks = args.textItems('Networks');
  return networks.map(({ get, literal }) => {
    const problem = (text: string) => `expected a network such as 10.0.0.0/8, got ${quotedExcerpt(text)}`;
    if (literal === undefined) {
      return (context) => parseNetwork(get(context)) ?? failEvaluation(`IsInCIDR: ${problem(get(context))}`);
    }
    const network = parseNetwork(literal) ?? args.fail('Networks', problem(literal));
    return () => network;
  });
}
