import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { brokerScript, launcher } from './paths.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the run's one broker lives, once a suite has started it. */
    brokerDir: string;
  }
}

/** What a whole run shares: a hub that is built, and the broker, which is ended if a suite has started it. */
export default function setup(project: TestProject): () => void {
  execFileSync(launcher, ['build'], { stdio: 'inherit' });
  const brokerDir = mkdtempSync(join(tmpdir(), 'tidings-broker-'));
  project.provide('brokerDir', brokerDir);
  return () => {
    execFileSync(brokerScript, ['stop', brokerDir], { stdio: 'inherit' });
    rmSync(brokerDir, { recursive: true, force: true });
  };
}
