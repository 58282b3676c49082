const PATH = /^\/([^/].*)?$/s;
const ABSOLUTE = /^https?:\/\/([^/?#@:[\]]+|\[[0-9a-f:.]+\])(:\d{1,5})?([/?#].*)?$/is;
const CHARS_MAX = 2_048;
const FORBIDDEN = /[\u0000-\u0020\u007f-\u009f\\]/;

/**
 * The URL that a notification's link leads to, if it may be followed: an absolute `http` or `https`
 * URL without user information, or a path on the page's own origin (`protocol/notification.md`,
 * "A link"). Anything else is undefined. What the browser makes of it is judged as well.
 */
export function safeLink(link: string | undefined, origin: string): string | undefined {
  if (link === undefined || FORBIDDEN.test(link)) return undefined;
  if (link.length > CHARS_MAX && [...link].length > CHARS_MAX) return undefined;
  const isPath = PATH.test(link);
  if (!isPath && !ABSOLUTE.test(link)) return undefined;
  if (!URL.canParse(link, origin)) return undefined;
  const url = new URL(link, origin);
  if (isPath && url.origin !== origin) return undefined;
  return url.protocol === "https:" || url.protocol === "http:" ? url.href : undefined;
}
