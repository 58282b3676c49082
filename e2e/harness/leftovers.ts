import { afterAll } from 'vitest';
import { removeTemporaryDirs } from './files.ts';
import { endAllHubs } from './hub.ts';

/** Runs after a file's own hooks. Vitest ends its workers by a signal, so an `exit` handler would never run. */
afterAll(async () => {
  await endAllHubs();
  removeTemporaryDirs();
});
