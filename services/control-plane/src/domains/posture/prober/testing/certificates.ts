// Certificates that openssl makes: an authority of the spec, and what it issued or nobody did.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Issued {
  readonly cert: string;
  readonly key: string;
}

export class Authority {
  readonly #folder = mkdtempSync(join(tmpdir(), 'muster-outside-'));

  constructor() {
    this.#openssl(
      'req',
      '-x509',
      ...NEW_KEY,
      '-keyout',
      'ca.key',
      '-out',
      'ca.pem',
      '-days',
      '30',
      '-subj',
      '/CN=Spec CA',
    );
  }

  get pem(): string {
    return this.#read('ca.pem');
  }

  issue(name: string, days: number): Issued {
    this.#openssl('req', ...NEW_KEY, '-keyout', 'leaf.key', '-out', 'leaf.csr', '-subj', `/CN=${name}`);
    writeFileSync(join(this.#folder, 'names'), `subjectAltName=DNS:${name}`);
    const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'names'];
    this.#openssl('x509', '-req', '-in', 'leaf.csr', ...by, '-out', 'leaf.pem', '-days', String(days));
    return { cert: this.#read('leaf.pem'), key: this.#read('leaf.key') };
  }

  /** By nobody but itself. */
  selfSigned(name: string): Issued {
    const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
    this.#openssl('req', '-x509', ...NEW_KEY, '-keyout', 'self.key', '-out', 'self.pem', '-days', '400', ...subject);
    return { cert: this.#read('self.pem'), key: this.#read('self.key') };
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }

  #openssl(...args: string[]): void {
    execFileSync('openssl', args, { cwd: this.#folder, stdio: 'pipe' });
  }
  #read(file: string): string {
    return readFileSync(join(this.#folder, file), 'utf8');
  }
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
