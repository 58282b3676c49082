import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from '../../harness/paths.ts';

/** Something that the documents tell a reader to run. */
export interface Script {
  /** File and line. */
  name: string;
  text: string;
}

const markdown = (dir: string): string[] =>
  readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();

/** Every `sh` block of the README and of docs/, in the order in which they stand there. */
export function documented(): Script[] {
  const files = [join(root, 'README.md'), ...markdown(join(root, 'docs'))];
  return files.flatMap((file) => blocks(relative(root, file), readFileSync(file, 'utf8')));
}

export function blocks(name: string, text: string): Script[] {
  const found: Script[] = [];
  let open: { line: number; fence: string; sh: boolean; lines: string[] } | undefined;
  for (const [i, line] of text.split('\n').entries()) {
    const fence = /^\s*(`{3,}|~{3,})\s*(\S*)/.exec(line);
    if (open === undefined && fence !== null) {
      open = { line: i + 1, fence: fence[1] ?? '', sh: /^(sh|bash|shell|console)$/.test(fence[2] ?? ''), lines: [] };
    } else if (open !== undefined && fence?.[1]?.startsWith(open.fence) && fence[2] === '') {
      if (open.sh) found.push({ name: `${name}:${open.line}`, text: open.lines.join('\n') });
      open = undefined;
    } else open?.lines.push(line);
  }
  return found;
}

/** Every script of examples/curl. */
export function examples(): Script[] {
  const dir = join(root, 'examples', 'curl');
  if (!existsSync(dir)) return [];
  return readdirSync(dir)
    .filter((file) => file.endsWith('.sh'))
    .sort()
    .map((file) => ({ name: `examples/curl/${file}`, text: readFileSync(join(dir, file), 'utf8') }));
}
