import type { Migration, SqlDialect } from '../engine.ts';

/** Trees of collections and resources, with all that hangs on them: bodies, properties, locks, access control, uploads. */
export const collections: Migration = {
  version: 1,
  name: 'collections',
  up: (d: SqlDialect) => [
    `create table store_info (
       key ${d.text} primary key,
       value ${d.text} not null
     ) ${d.keyedTableOptions}`,

    // A member of a collection. parent_id 0: the root of a tree, named '<space>/<owner>'. parent_id -1: removed with all
    // below it and waiting in reclaim, named by its id. Only live members are here; the names of removed ones are tombstones.
    `create table node (
       id ${d.id},
       parent_id ${d.integer} not null,
       name ${d.text} not null,
       kind ${d.integer} not null,                -- 0 resource, 1 collection, 2 mount
       mod_seq ${d.integer} not null,             -- in the parent's sequence
       created_mod_seq ${d.integer} not null,
       name_mod_seq ${d.integer} not null,        -- when the name first appeared; older than created if it was used before
       created_ms ${d.integer} not null,
       modified_ms ${d.integer} not null,
       has_properties ${d.integer} not null default 0,
       has_ace ${d.integer} not null default 0,
       etag ${d.text},                            -- resources
       size ${d.integer} not null default 0,
       content_type ${d.text},
       blob_key ${d.text},                        -- null: the octets are in body
       collection_kind ${d.text},                 -- collections: folder, calendar, addressbook
       members_mod_seq ${d.integer} not null default 0,
       pruned_mod_seq ${d.integer} not null default 0,
       used ${d.integer} not null default 0,      -- roots: octets in the tree
       target_id ${d.integer}                     -- mounts
     ) ${d.tableOptions}`,
    `create unique index node_name on node (parent_id, name)`,
    // Partial, though every member has one: so that nobody takes it for the way to a member by name.
    `create index node_mod_seq on node (parent_id, mod_seq) where mod_seq > 0`,

    `create table body (
       node_id ${d.integer} primary key,
       etag ${d.text} not null,
       octets ${d.bytes} not null
     ) ${d.tableOptions}`,

    `create table tombstone (
       parent_id ${d.integer} not null,
       name ${d.text} not null,
       mod_seq ${d.integer} not null,
       name_mod_seq ${d.integer} not null,
       was_collection ${d.integer} not null,      -- a mount was one too
       removed_ms ${d.integer} not null,
       primary key (parent_id, name)
     ) ${d.keyedTableOptions}`,
    `create index tombstone_mod_seq on tombstone (parent_id, mod_seq) where mod_seq > 0`,
    `create index tombstone_removed on tombstone (removed_ms)`,

    // Collections that were removed: their members are deleted in small steps, their octets taken off root_id's use.
    `create table reclaim (
       node_id ${d.integer} primary key,
       root_id ${d.integer} not null
     ) ${d.tableOptions}`,

    `create table blob (
       blob_key ${d.text} primary key,
       size ${d.integer} not null,
       refs ${d.integer} not null
     ) ${d.keyedTableOptions}`,

    `create table dead_property (
       node_id ${d.integer} not null,
       namespace ${d.text} not null,
       name ${d.text} not null,
       xml ${d.text} not null,
       primary key (node_id, namespace, name)
     ) ${d.keyedTableOptions}`,

    `create table ace (
       node_id ${d.integer} not null,
       grantee ${d.text} not null,
       privileges ${d.integer} not null,
       primary key (node_id, grantee)
     ) ${d.keyedTableOptions}`,
    `create index ace_grantee on ace (grantee)`,

    // What each viewer was given: node_id is the mount, null when the viewer removed it and does not want it again.
    `create table mount (
       viewer_root_id ${d.integer} not null,
       target_id ${d.integer} not null,
       node_id ${d.integer},
       primary key (viewer_root_id, target_id)
     ) ${d.keyedTableOptions}`,

    // root_id: the tree that the locked node lies in. Locks do not move, so it holds as long as the lock.
    `create table lock (
       token ${d.text} primary key,
       node_id ${d.integer} not null,
       root_id ${d.integer} not null,
       principal_id ${d.text} not null,
       scope ${d.text} not null,                  -- exclusive, shared
       depth ${d.text} not null,                  -- 0, infinity
       owner_xml ${d.text} not null,
       root_href ${d.text} not null,
       timeout_s ${d.integer} not null,
       expires_ms ${d.integer} not null
     ) ${d.keyedTableOptions}`,
    `create index lock_node on lock (node_id)`,
    `create index lock_root on lock (root_id)`,
    `create index lock_expires on lock (expires_ms)`,

    `create table upload (
       id ${d.text} primary key,
       principal_id ${d.text} not null,
       space ${d.text} not null,
       owner ${d.text} not null,
       path ${d.text} not null,                   -- JSON array of names
       size ${d.integer},
       content_type ${d.text},
       metadata ${d.text} not null,
       expires_ms ${d.integer} not null
     ) ${d.keyedTableOptions}`,
    `create index upload_expires on upload (expires_ms)`,
  ],
};
