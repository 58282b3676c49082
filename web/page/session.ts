const KEY = "tidings.token";

/** The token of this tab: kept until the tab closes, and nowhere else. */
export const session = {
  load(): string | undefined {
    try {
      return sessionStorage.getItem(KEY) ?? undefined;
    } catch {
      // A browser that keeps no site data throws on access; the page then asks again.
      return undefined;
    }
  },

  save(token: string | undefined): void {
    try {
      if (token === undefined) sessionStorage.removeItem(KEY);
      else sessionStorage.setItem(KEY, token);
    } catch {
      // The token then lasts as long as the page.
    }
  },
};

/** What is wrong with a pasted token, if it can't even be sent. */
export function tokenFault(token: string): string | undefined {
  return /^[\x21-\x7e]+$/.test(token) ? undefined : "A token is one line without spaces.";
}
