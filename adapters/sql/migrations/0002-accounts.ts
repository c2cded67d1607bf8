import type { Migration, SqlDialect } from '../engine.ts';

/** People, groups, rooms and resources with their addresses, memberships and passwords. */
export const accounts: Migration = {
  version: 2,
  name: 'accounts',
  up: (d: SqlDialect) => [
    `create table principal (
       id ${d.text} primary key,                  -- random, never given again
       domain ${d.text} not null,
       kind ${d.text} not null,                   -- person, group, room, resource
       address ${d.text} not null,
       aliases ${d.text} not null,                -- JSON array of addresses
       display_name ${d.text} not null,
       sort_name ${d.text} not null,              -- display_name without case and accents
       state ${d.text} not null,                  -- active, disabled, locked
       roles ${d.text} not null,                  -- JSON array
       quota_octets ${d.integer},
       language ${d.text},
       version ${d.integer} not null,             -- raised by each change of the row, the password or the groups above
       created_ms ${d.integer} not null
     ) ${d.keyedTableOptions}`,
    `create unique index principal_by_address on principal (domain, address)`,
    `create index principal_by_name on principal (domain, sort_name, id)`,

    // Addresses and aliases of all kinds and domains: one address, one principal.
    `create table principal_address (
       address ${d.text} primary key,
       principal_id ${d.text} not null
     ) ${d.keyedTableOptions}`,
    `create index principal_address_of on principal_address (principal_id)`,

    // Words of names and addresses, without case and accents; found by their start.
    `create table principal_word (
       domain ${d.text} not null,
       word ${d.text} not null,
       principal_id ${d.text} not null,
       primary key (domain, word, principal_id)
     ) ${d.keyedTableOptions}`,
    `create index principal_word_of on principal_word (principal_id, word)`,

    `create table membership (
       group_id ${d.text} not null,
       member_id ${d.text} not null,
       primary key (group_id, member_id)
     ) ${d.keyedTableOptions}`,
    `create index membership_of on membership (member_id, group_id)`,

    `create table credential (
       principal_id ${d.text} primary key,
       hash ${d.text} not null,                   -- PHC string of argon2id, or an imported hash until the next sign-in
       scram_salt ${d.bytes},                     -- SCRAM-SHA-256; null: none
       scram_iterations ${d.integer},
       scram_stored_key ${d.bytes},
       scram_server_key ${d.bytes},
       changed_ms ${d.integer} not null
     ) ${d.keyedTableOptions}`,
  ],
};
