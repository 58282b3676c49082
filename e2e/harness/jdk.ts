import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const installed = '/usr/lib/jvm';

/** The home of a Java of this very version, or of any from it on, that has a program. */
export function javaHome(version: number, { orLater = false, program = 'java' } = {}): string {
  const homes = [process.env['JAVA_HOME'] ?? '', ...readdirSync(installed).sort().map((name) => join(installed, name))];
  const found = homes.find((home) => {
    if (!existsSync(join(home, 'bin', program)) || !existsSync(join(home, 'release'))) return false;
    const its = Number(/^JAVA_VERSION="(\d+)/m.exec(readFileSync(join(home, 'release'), 'utf8'))?.[1]);
    return orLater ? its >= version : its === version;
  });
  if (found === undefined) throw new Error(`no ${program} of Java ${version} in ${installed} (openjdk-17-jre-headless has 17)`);
  return found;
}
