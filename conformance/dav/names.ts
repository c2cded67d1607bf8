/** A name as XML knows it. */
export interface QualifiedName {
  /** Empty: no namespace. */
  readonly namespace: string;
  readonly name: string;
}

export const davNamespace = 'DAV:';

/** The namespace of the dead properties that the cases set. */
export const testNamespace = 'urn:example:passerelle-conformance';

/** A name of `DAV:`. */
export function dav(name: string): QualifiedName {
  return { namespace: davNamespace, name };
}

/** A name that no server knows. */
export function own(name: string): QualifiedName {
  return { namespace: testNamespace, name };
}

/** The name for a report: `{DAV:}getetag`. */
export function clark(name: QualifiedName): string {
  return `{${name.namespace}}${name.name}`;
}
