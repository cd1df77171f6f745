// A disk of its own that can be filled: a tmpfs, for which one must be root. Without that right there is none, and the
// faults that need one are left out and named.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const BLOCK = Buffer.alloc(64 * 1024, 1);

export class SmallDisk {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** undefined where this process may not mount. */
  static mount(folder: string, megabytes: number): SmallDisk | undefined {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    const options = ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0755`, 'muster-chaos', folder];
    return spawnSync('mount', options, { stdio: 'ignore' }).status === 0 ? new SmallDisk(folder) : undefined;
  }

  fill(): void {
    const file = openSync(join(this.folder, 'filler'), 'w');
    try {
      // Until there is room for not even a byte.
      for (let size = BLOCK.length; size >= 1; size = Math.floor(size / 2)) {
        try {
          for (;;) writeSync(file, BLOCK, 0, size);
        } catch (error) {
          // Full for this size; anything else is no full disk.
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        }
      }
    } finally {
      closeSync(file);
    }
  }

  free(): void {
    rmSync(join(this.folder, 'filler'), { force: true });
  }

  unmount(): void {
    this.free();
    spawnSync('umount', ['-l', this.folder], { stdio: 'ignore' });
  }
}
