// What a suite's reports say: { passed, failed, skipped, failures: [text] }.

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Adds up Surefire's XML files in a folder. */
export function readSurefire(folder) {
  const total = { passed: 0, failed: 0, skipped: 0, failures: [] };
  const files = existsSync(folder) ? readdirSync(folder).filter((f) => /^TEST-.*\.xml$/.test(f)) : [];
  for (const file of files) {
    const xml = readFileSync(join(folder, file), 'utf8');
    // A case is <testcase …/>, or holds one of <failure>, <error>, <skipped>. CDATA may contain anything.
    const bare = xml.replace(/<!\[CDATA\[[\s\S]*?\]\]>/g, '');
    for (const [, attributes, , inside = ''] of bare.matchAll(/<testcase\b((?:[^>"]|"[^"]*")*?)(\/>|>([\s\S]*?)<\/testcase>)/g)) {
      const problem = inside.match(/<(?:failure|error)\b(?:[^>"]|"[^"]*")*/)?.[0];
      if (problem !== undefined) {
        total.failed++;
        total.failures.push(`${attribute(attributes, 'classname')}.${attribute(attributes, 'name')}: ${attribute(problem, 'message')}`);
      } else if (/<skipped\b/.test(inside)) total.skipped++;
      else total.passed++;
    }
  }
  return total;
}

function attribute(tag, name) {
  const text = tag.match(new RegExp(`\\s${name}="([^"]*)"`))?.[1] ?? '';
  const entities = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  return text
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replace(/&(lt|gt|quot|apos|amp);/g, (_, entity) => entities[entity]);
}

/** Reads the output of `make check`: a line `ok NAME` for each test; it ends at the first that fails. */
export function readMake(file) {
  const passed = existsSync(file) ? readFileSync(file, 'utf8').match(/^ok /gm)?.length ?? 0 : 0;
  return { passed, failed: 0, skipped: 0, failures: [] };
}

/** Reads Vitest's JSON report. A file that could not be loaded counts as one failure. */
export function readVitest(file) {
  const total = { passed: 0, failed: 0, skipped: 0, failures: [] };
  if (!existsSync(file)) return total;
  for (const { name, status, message, assertionResults } of JSON.parse(readFileSync(file, 'utf8')).testResults) {
    const failed = assertionResults.filter((test) => test.status === 'failed');
    for (const test of failed) total.failures.push(`${test.fullName}: ${test.failureMessages.join('\n')}`);
    if (status === 'failed' && failed.length === 0) total.failures.push(`${name}: ${message}`);
    total.passed += assertionResults.filter((test) => test.status === 'passed').length;
    total.skipped += assertionResults.filter((test) => !['passed', 'failed'].includes(test.status)).length;
  }
  total.failed = total.failures.length;
  return total;
}
