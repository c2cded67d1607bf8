/** Every live property by name. */
import type { PropertyName } from '../../ports/collection-store.ts';
import { accessProperties } from './access.ts';
import type { LiveProperty } from './item.ts';
import { principalProperties } from './principal.ts';
import { quotaProperties } from './quota.ts';
import { reportProperties } from './reports.ts';
import { rfc4918Properties } from './rfc4918.ts';
import { syncProperties } from './sync.ts';

export const liveProperties: readonly LiveProperty[] = [
  ...rfc4918Properties,
  ...quotaProperties,
  ...syncProperties,
  ...accessProperties,
  ...principalProperties,
  ...reportProperties,
];

export function propertyKey({ namespace, name }: PropertyName): string {
  return `${namespace} ${name}`;
}

const byKey: ReadonlyMap<string, LiveProperty> = new Map(liveProperties.map((p) => [propertyKey(p), p]));

export function liveProperty(name: PropertyName): LiveProperty | undefined {
  return byKey.get(propertyKey(name));
}
