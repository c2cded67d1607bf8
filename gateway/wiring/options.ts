/** What the parts of the gateway call their options, made from what the configuration calls its keys. */
import type { AuthOptions } from '../auth/options.ts';
import type { DavOptions } from '../dav/options.ts';
import type { HttpLimits } from '../server/http-handler.ts';
import type { ListenerLimits } from '../server/listener-options.ts';
import type { AuthLimitsConfig } from './config/limits-auth.ts';
import type { ConnectionLimitsConfig } from './config/limits-connections.ts';
import type { DavLimitsConfig } from './config/limits-dav.ts';
import type { HttpLimitsConfig } from './config/limits-http.ts';

export function davOptions(limits: DavLimitsConfig): DavOptions {
  return {
    maxResourceOctets: limits.maxPutSize,
    inlineOctets: limits.inlineSize,
    xml: {
      octets: limits.xml.size,
      depth: limits.xml.depth,
      elements: limits.xml.elements,
      attributes: limits.xml.attributes,
    },
    propfindInfinity: limits.propfindInfinity,
    treeMembers: limits.treeMembers,
    lockTimeoutSeconds: Math.ceil(limits.lockTimeout / 1000),
    maxLockTimeoutSeconds: Math.floor(limits.maxLockTimeout / 1000),
    maxPropertyOctets: limits.maxPropertySize,
    maxProperties: limits.maxProperties,
    maxRanges: limits.maxRanges,
    searchResults: limits.searchResults,
    uploadExpiryHours: limits.uploadExpiry / 3_600_000,
    listingCacheOctets: limits.listingCache,
    writeAttempts: limits.writeAttempts,
  };
}

export function authOptions(limits: AuthLimitsConfig): AuthOptions {
  const bucket = ({ burst, refill }: AuthLimitsConfig['perAccount']): AuthOptions['perAccount'] => ({
    burst,
    refillMs: refill,
  });
  return {
    credentialLifeMs: limits.credentialLife,
    credentialCount: limits.credentialCount,
    perAccount: bucket(limits.perAccount),
    perNetwork: bucket(limits.perNetwork),
    perKnownNetwork: bucket(limits.perKnownNetwork),
    knownNetworkLifeMs: limits.knownNetworkLife,
    networkPrefixes: limits.networkPrefixes,
    connectionCount: limits.connectionCount,
    wrongCount: limits.wrongCount,
    wrongLifeMs: limits.wrongLife,
    refusalFloorMs: limits.refusalFloor,
  };
}

export function listenerLimits(limits: ConnectionLimitsConfig): ListenerLimits {
  return {
    connections: limits.perListener,
    connectionsPerNetwork: limits.perNetwork,
    handshakeTimeoutMs: limits.handshakeTimeout,
    backlog: limits.backlog,
  };
}

export function httpLimits(limits: HttpLimitsConfig): HttpLimits {
  return {
    headerOctets: limits.maxHeaderSize,
    headersTimeoutMs: limits.headersTimeout,
    keepAliveTimeoutMs: limits.keepAliveTimeout,
    bodyProgressTimeoutMs: limits.bodyProgressTimeout,
    bodyMinimumOctets: limits.bodyMinimum,
    sendTimeoutMs: limits.sendTimeout,
    lingerMs: limits.linger,
    requestsPerConnection: limits.requestsPerConnection,
  };
}
