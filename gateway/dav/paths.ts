/**
 * The space of URLs.
 *
 *     /                                 names the roots below, so that a client pointed at the host finds its way
 *     /dav/
 *     /dav/files/                       the trees that the person has: the own home, the groups' folders
 *     /dav/files/<address>/…            a tree of files
 *     /dav/principals/<address>/        a person, group, room or resource
 *     /dav/uploads/<id>                 a resumable upload under way
 */
import { encodeSegment } from '../wire/dav/href.ts';

export const davRoot = '/dav/';
export const filesRoot = '/dav/files/';
export const principalsRoot = '/dav/principals/';
export const uploadsRoot = '/dav/uploads/';

export function principalHref(address: string): string {
  return `${principalsRoot}${encodeSegment(address)}/`;
}

export function homeHref(address: string): string {
  return `${filesRoot}${encodeSegment(address)}/`;
}

export function uploadHref(id: string): string {
  return `${uploadsRoot}${id}`;
}

/** Href of a member of a collection whose href is given. */
export function memberHref(collectionHref: string, name: string, isCollection: boolean): string {
  return collectionHref + encodeSegment(name) + (isCollection ? '/' : '');
}
