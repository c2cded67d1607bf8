/** Which tree a node was in when it was last written to: a guess that saves a round trip, and that is checked each time. */
import type { WriteScope } from '../sql/operations/scope.ts';

/** Nodes and trees that are remembered, those that were used last. */
const limit = 20_000;

export class RootHints {
  /** By node id, or by tree name. */
  readonly #roots = new Map<number | string, number>();

  /** Ids of the roots of these scopes' trees; undefined when one of them is not known. */
  guess(scopes: readonly WriteScope[]): ReadonlySet<number> | undefined {
    const guessed = new Set<number>();
    for (const thing of scopes.flatMap(thingsOf)) {
      const root = this.#roots.get(thing);
      if (root === undefined) return undefined;
      // To the end of the line.
      this.#roots.delete(thing);
      this.#roots.set(thing, root);
      guessed.add(root);
    }
    return guessed;
  }

  /** @param roots all roots that these scopes' things have; which has which is certain when there is one only */
  learn(scopes: readonly WriteScope[], roots: ReadonlySet<number>): void {
    const [only] = roots;
    for (const thing of scopes.flatMap(thingsOf)) {
      const known = this.#roots.get(thing);
      if (roots.size === 1 && only !== undefined) this.#roots.set(thing, only);
      else if (known !== undefined && !roots.has(known)) this.#roots.delete(thing);
    }
    for (const oldest of this.#roots.keys()) {
      if (this.#roots.size <= limit) break;
      this.#roots.delete(oldest);
    }
  }
}

function thingsOf({ nodes = [], members = [], trees = [] }: WriteScope): readonly (number | string)[] {
  return [...nodes, ...members.map(({ parentId }) => parentId), ...trees];
}
