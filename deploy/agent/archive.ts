// A tar archive that is the same bytes for the same content: sorted, without times, owners or anything of this machine.
export interface ArchiveFile {
  readonly path: string;
  readonly mode: 0o644 | 0o755;
  readonly content: Uint8Array;
}

const BLOCK = 512;

/** ustar; every path is under `top`. */
export function tarOf(top: string, files: readonly ArchiveFile[]): Buffer {
  const folders = new Set<string>([top]);
  for (const file of files) {
    const parts = file.path.split('/').slice(0, -1);
    for (let i = 1; i <= parts.length; i++) folders.add(`${top}/${parts.slice(0, i).join('/')}`);
  }
  const entries = [
    ...[...folders].map((path) => ({ path: `${path}/`, mode: 0o755, content: new Uint8Array(), type: '5' })),
    ...files.map((file) => ({ path: `${top}/${file.path}`, mode: file.mode, content: file.content, type: '0' })),
  ].sort((a, b) => (a.path < b.path ? -1 : 1));
  const parts: Uint8Array[] = [];
  for (const { path, mode, content, type } of entries) {
    parts.push(
      header(path, mode, content.length, type),
      content,
      Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK),
    );
  }
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

function header(path: string, mode: number, size: number, type: string): Buffer {
  if (Buffer.byteLength(path) > 100) throw new RangeError(`${path} is too long for this archive`);
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`;
  block.write(path, 0);
  block.write(octal(mode, 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  block.write(octal(size, 12), 124);
  block.write(octal(0, 12), 136);
  block.write('        ', 148);
  block.write(type, 156);
  block.write('ustar\u000000', 257);
  block.write('root', 265);
  block.write('root', 297);
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}
