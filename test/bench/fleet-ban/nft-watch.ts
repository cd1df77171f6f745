// Sees elements appear in a server's nft the moment the kernel reports them, through one long-lived `nft monitor`.
import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

const DEADLINE_MS = 30_000;

export class NftWatch {
  private readonly process: ChildProcess;
  private readonly waiting = new Map<string, (at: number) => void>();
  private readonly container: string;

  constructor(container: string) {
    this.container = container;
    this.process = spawn('docker', ['exec', '-i', container, 'stdbuf', '-oL', 'nft', 'monitor', 'new', 'elements'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    let rest = '';
    this.process.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      const at = performance.now();
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines.filter((one) => one.includes('inet muster'))) this.read(line, at);
    });
  }

  /** `nft monitor` says nothing when it begins to listen; its netlink socket is open well within this time. */
  async started(): Promise<void> {
    await sleep(1_000);
    if (this.process.exitCode !== null) throw new Error(`nft monitor ended in ${this.container}.`);
  }

  /** The time (performance.now) at which the address was added to a set of Muster's table. */
  async untilAdded(address: string): Promise<number> {
    return await new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        this.waiting.delete(address);
        reject(new Error(`${address} did not appear in nft of ${this.container} within ${DEADLINE_MS / 1000} s.`));
      }, DEADLINE_MS);
      this.waiting.set(address, (at) => {
        clearTimeout(late);
        this.waiting.delete(address);
        resolve(at);
      });
    });
  }

  stop(): void {
    this.process.kill('SIGTERM');
  }

  private read(line: string, at: number): void {
    for (const address of line.match(/\d+\.\d+\.\d+\.\d+/g) ?? []) this.waiting.get(address)?.(at);
  }
}
