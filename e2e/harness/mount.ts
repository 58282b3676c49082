import { closeSync, mkdirSync, openSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDir } from './files.ts';
import { run } from './process.ts';

/** A file system that a test may fill or break. Needs root. */
export interface Mount {
  dir: string;
  close: () => Promise<void>;
}

/** A file system in memory that holds so many bytes and no more. */
export async function smallDisk(bytes: number): Promise<Mount> {
  const dir = temporaryDir();
  await run('mount', '-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', dir);
  return { dir, close: async () => void (await run('umount', '--lazy', dir)) };
}

/** An ext4 file system whose power can be cut. */
export class PowerDisk implements Mount {
  readonly dir: string;
  readonly #image: string;

  private constructor(dir: string, image: string) {
    this.dir = dir;
    this.#image = image;
  }

  static async make(): Promise<PowerDisk> {
    const home = temporaryDir();
    const disk = new PowerDisk(join(home, 'disk'), join(home, 'image'));
    mkdirSync(disk.dir);
    closeSync(openSync(disk.#image, 'w'));
    truncateSync(disk.#image, 128 * 1024 * 1024);
    await run('mkfs.ext4', '-q', disk.#image);
    await disk.#mount();
    return disk;
  }

  /** Drops what is not on stable storage, journal included; from then on every access is an I/O error. */
  async cutPower(): Promise<void> {
    const shutdown = 0x8004587d; // FS_IOC_SHUTDOWN, _IOR('X', 125, __u32)
    const withoutFlush = 2;
    const script = `my ($dir, $mode) = (undef, pack('L', ${withoutFlush}));
      sysopen($dir, $ARGV[0], 0) && ioctl($dir, ${shutdown}, $mode) or die $!`;
    await run('perl', '-e', script, this.dir);
  }

  /** Brings the power back; nobody may have a file open. */
  async powerOn(): Promise<void> {
    await run('umount', this.dir);
    await this.#mount();
  }

  async close(): Promise<void> {
    await run('umount', '--lazy', this.dir);
  }

  async #mount(): Promise<void> {
    await run('mount', '-o', 'loop', this.#image, this.dir);
  }
}
