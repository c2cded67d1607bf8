/** Walking a path. */
import type {
  AccessControlEntry,
  PathLink,
  Resolution,
  TreeKey,
  TreeSpace,
} from '../../../gateway/ports/collection-store.ts';
import type { SqlQueries } from '../engine.ts';
import { toCollection, toMount, toResource } from '../nodes.ts';
import type { NodeRow } from '../rows.ts';
import { nodeKind, rootParentId, treeName } from '../rows.ts';
import type { MountTarget } from './targets.ts';
import { mountTargets } from './targets.ts';

/** Segments that the statement takes; longer paths are walked in several pieces. */
const segmentsAtOnce = 8;

/** One node of the walk with one access control entry of what the walk goes on from; several rows when it has several. */
interface StepRow extends NodeRow {
  readonly depth: number;
  readonly ace_node_id: number | null;
  readonly grantee: string | null;
  readonly privileges: number;
}

interface Step {
  readonly row: NodeRow;
  readonly access: readonly AccessControlEntry[];
}

export async function resolve(queries: SqlQueries, tree: TreeKey, path: readonly string[]): Promise<Resolution> {
  const steps = await walk(queries, tree, path);
  const targetIds = steps.flatMap(({ row }) => (row.target_id === null ? [] : [row.target_id]));
  const targets = targetIds.length === 0 ? undefined : await mountTargets(queries, targetIds);
  const links: PathLink[] = [];
  let lastTarget: MountTarget | undefined;
  for (const { row, access } of steps) {
    if (row.target_id === null) {
      links.push({ node: toPlainNode(row), via: undefined, access });
      continue;
    }
    const target = targets?.get(row.target_id);
    // A mount of something that is gone leads nowhere.
    if (target === undefined) break;
    lastTarget = target;
    links.push({ node: target.node, via: toMount(row, target.node, target.access), access });
  }
  return {
    tree: lastTarget === undefined ? tree : toTreeKey(lastTarget.treeName),
    rootId: lastTarget?.rootId ?? links[0]?.node.id ?? 0,
    links,
    missing: links.length === 0 ? path : path.slice(links.length - 1),
  };
}

function toPlainNode(row: NodeRow) {
  return row.kind === nodeKind.collection ? toCollection(row) : toResource(row);
}

function toTreeKey(name: string): TreeKey {
  const slash = name.indexOf('/');
  return { space: name.slice(0, slash) as TreeSpace, owner: name.slice(slash + 1) };
}

/** The root and every segment that exists, in order; empty when there is no such tree. */
async function walk(queries: SqlQueries, tree: TreeKey, path: readonly string[]): Promise<readonly Step[]> {
  const steps: Step[] = [];
  let start = { parentId: rootParentId, name: treeName(tree) };
  for (let done = 0; ; done += segmentsAtOnce) {
    const segments = path.slice(done, done + segmentsAtOnce);
    const found = await walkPiece(queries, start.parentId, start.name, segments);
    // The first step of a later piece is the last one of the piece before.
    steps.push(...(done === 0 ? found : found.slice(1)));
    const last = found.at(-1);
    if (last === undefined || found.length <= segments.length || done + segmentsAtOnce >= path.length) return steps;
    start = { parentId: last.row.parent_id, name: last.row.name };
  }
}

async function walkPiece(
  queries: SqlQueries,
  parentId: number,
  name: string,
  segments: readonly string[],
): Promise<readonly Step[]> {
  const [a = null, b = null, c = null, d = null, e = null, f = null, g = null, h = null] = segments;
  const rows = await queries.all<StepRow>`
    with recursive
      segment (depth, name) as (
        values (1, ${a}), (2, ${b}), (3, ${c}), (4, ${d}), (5, ${e}), (6, ${f}), (7, ${g}), (8, ${h})
      ),
      step (depth, id, next_id) as (
        select 0, id, coalesce(target_id, id) from node where parent_id = ${parentId} and name = ${name}
        union all
        select step.depth + 1, n.id, coalesce(n.target_id, n.id)
        from step join segment s on s.depth = step.depth + 1 join node n on n.parent_id = step.next_id and n.name = s.name
      )
    select step.depth, n.id, n.parent_id, n.name, n.kind, n.mod_seq, n.created_mod_seq, n.created_ms, n.modified_ms,
      n.has_properties, n.has_ace, n.etag, n.size, n.content_type, n.blob_key, n.collection_kind, n.members_mod_seq,
      n.target_id, a.node_id as ace_node_id, a.grantee, a.privileges
    from step join node n on n.id = step.id left join ace a on a.node_id = step.next_id
    order by step.depth`;
  return toSteps(rows);
}

function toSteps(rows: readonly StepRow[]): readonly Step[] {
  const steps: { row: NodeRow; access: AccessControlEntry[] }[] = [];
  for (const row of rows) {
    const access = row.ace_node_id === null || row.grantee === null ? [] : [toEntry(row.ace_node_id, row.grantee, row)];
    const step = steps[row.depth];
    if (step === undefined) steps[row.depth] = { row, access };
    else step.access.push(...access);
  }
  return steps;
}

function toEntry(nodeId: number, grantee: string, row: StepRow): AccessControlEntry {
  return { nodeId, grantee, privileges: row.privileges };
}
