/** Sets of IP networks, and which network an address counts to. */
import { BlockList } from 'node:net';
import { GatewayError } from '../ports/errors.ts';
import { formatIpAddress, isMappedIpv4, parseIpAddress } from '../wire/proxy-protocol/ip-address.ts';

export interface NetworkSet {
  /** @param address canonical text, as in `ConnectionInfo.remoteAddress` */
  contains(address: string): boolean;
}

/**
 * Reads networks in CIDR form (`10.0.0.0/8`, `2001:db8::/32`); an address alone is the network of that address only.
 * @throws GatewayError `syntax` names the first one that is wrong
 */
export function parseNetworks(networks: readonly string[]): NetworkSet {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix, ...more] = network.split('/');
    const octets = parseIpAddress(address);
    const family = octets?.length === 4 ? 'ipv4' : 'ipv6';
    const longest = octets?.length === 4 ? 32 : 128;
    const length = prefix === undefined ? longest : Number(prefix);
    const wellFormed = octets !== undefined && more.length === 0 && (prefix === undefined || /^\d{1,3}$/.test(prefix));
    // `::ffff:10.0.0.0/104` would never match, because addresses are compared after they were made canonical.
    if (!wellFormed || length > longest || isMappedIpv4(octets)) {
      throw new GatewayError('syntax', `${network} is not an IP network such as 10.0.0.0/8 or 2001:db8::/32`);
    }
    list.addSubnet(address, length, family);
  }
  return {
    contains: (address) => list.check(address, address.includes(':') ? 'ipv6' : 'ipv4'),
  };
}

/** What one subscriber is given, in octets: a single IPv4 address; the 64 bits of an IPv6 network (RFC 4291 §2.5.4). */
const ipv6NetworkOctets = 8;

/** The network that an address is counted under: the address itself for IPv4, its /64 for IPv6. */
export function networkOf(address: string): string {
  const octets = address.includes(':') ? parseIpAddress(address) : undefined;
  return octets === undefined ? address : `${formatIpAddress(octets.fill(0, ipv6NetworkOctets))}/64`;
}
