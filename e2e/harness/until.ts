import { setTimeout as pause } from 'node:timers/promises';

/**
 * Waits for a condition: answers the first value of `probe` that is neither false nor undefined,
 * and fails, saying what was waited for, after `limitMs`. A probe that throws is asked again.
 */
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
  limitMs = 20_000,
): Promise<Exclude<T, false | undefined | null>> {
  const deadline = performance.now() + limitMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await probe();
      if (value !== false && value !== undefined && value !== null) {
        return value as Exclude<T, false | undefined | null>;
      }
      last = value;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`waited ${limitMs} ms in vain for: ${what} (last: ${String(last)})`);
    }
    await pause(20);
  }
}
