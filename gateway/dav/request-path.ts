/** The path of a request target, without its query (RFC 9112 §3.2: origin-form or absolute-form). */
export function requestPath(url: string | undefined): string | undefined {
  if (url === undefined) return undefined;
  const path = url.startsWith('/') ? url : /^https?:\/\/[^/?#]*(\/[^?#]*)?/i.exec(url)?.[1];
  if (path === undefined) return /^https?:\/\//i.test(url) ? '/' : undefined;
  const end = path.search(/[?#]/);
  return end === -1 ? path : path.slice(0, end);
}
