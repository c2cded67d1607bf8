/** Dead properties of one node (RFC 4918 §4). */
import type { DeadProperty, PropertyName } from '../../../../gateway/ports/collection-store.ts';
import type { SqlTransaction } from '../../engine.ts';

export async function setDeadProperties(
  tx: SqlTransaction,
  nodeId: number,
  properties: readonly DeadProperty[],
): Promise<void> {
  for (const { namespace, name, xml } of properties) {
    await tx.run`
      insert into dead_property (node_id, namespace, name, xml) values (${nodeId}, ${namespace}, ${name}, ${xml})
      on conflict (node_id, namespace, name) do update set xml = excluded.xml`;
  }
}

export async function removeDeadProperties(
  tx: SqlTransaction,
  nodeId: number,
  names: readonly PropertyName[],
): Promise<void> {
  for (const { namespace, name } of names) {
    await tx.run`
      delete from dead_property where node_id = ${nodeId} and namespace = ${namespace} and name = ${name}`;
  }
}

export async function copyDeadProperties(tx: SqlTransaction, fromId: number, toId: number): Promise<void> {
  await tx.run`
    insert into dead_property (node_id, namespace, name, xml)
    select cast(${toId} as bigint), namespace, name, xml from dead_property where node_id = ${fromId}`;
}
