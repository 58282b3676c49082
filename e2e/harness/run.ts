import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { brokerScript } from './paths.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the run's one broker lives, once a suite has started it. */
    brokerDir: string;
  }
}

/** What a whole run shares; ends the broker if a suite has started it. */
export default function setup(project: TestProject): () => void {
  const brokerDir = mkdtempSync(join(tmpdir(), 'tidings-broker-'));
  project.provide('brokerDir', brokerDir);
  return () => {
    execFileSync(brokerScript, ['stop', brokerDir], { stdio: 'inherit' });
    rmSync(brokerDir, { recursive: true, force: true });
  };
}
