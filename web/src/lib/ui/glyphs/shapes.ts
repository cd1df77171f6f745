// The silhouettes. Form is the first signal of a status, the word the second, colour the third; none may be changed
// without changing UI.md. Each is drawn on 14 × 14; `fill` and `cut` name which ink a path takes.

export interface Stroke {
  readonly d: string;
  readonly paint: 'stroke' | 'fill' | 'fill-glyph' | 'fill-cut' | 'fill-on-warn' | 'stroke-cut';
  readonly width?: number;
  readonly dash?: string;
  readonly faint?: true;
  readonly spin?: true;
}

const circle = (r: number): string => `M${7 - r} 7a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`;

export const glyphShapes = {
  ok: [{ d: 'M2.8 7.5 5.7 10.4 11.3 4', paint: 'stroke', width: 1.7 }],
  warn: [
    { d: 'M7 1.2 13.4 12.6H.6Z', paint: 'fill-glyph' },
    { d: 'M6.3 5h1.4v3.8H6.3zM6.3 9.7h1.4v1.4H6.3z', paint: 'fill-on-warn' },
  ],
  critical: [
    { d: 'M7 .3 13.7 7 7 13.7.3 7Z', paint: 'fill' },
    { d: 'M6.25 3.6h1.5v4.2h-1.5zM6.25 8.9h1.5v1.5h-1.5z', paint: 'fill-cut' },
  ],
  fail: [
    { d: 'M1 1h12v12H1z', paint: 'fill' },
    { d: 'M4.2 4.2 9.8 9.8M9.8 4.2 4.2 9.8', paint: 'stroke-cut', width: 1.6 },
  ],
  unknown: [
    { d: 'M1.6 1.6h10.8v10.8H1.6z', paint: 'stroke', width: 1.3, dash: '2.2 1.7' },
    { d: 'M5.3 5.6c0-2.2 3.5-2.2 3.5-.1 0 1.3-1.75 1.4-1.75 2.7M7.05 9.6v1.3', paint: 'stroke', width: 1.3 },
  ],
  waived: [
    { d: 'M7 1.2 12.8 7 7 12.8 1.2 7Z', paint: 'stroke', width: 1.3 },
    { d: 'M4.4 7h5.2', paint: 'stroke', width: 1.4 },
  ],
  silent: [
    { d: circle(5.4), paint: 'stroke', width: 1.5 },
    { d: 'M3.1 10.9 10.9 3.1', paint: 'stroke', width: 1.5 },
  ],
  undone: [{ d: 'M3.2 5h5.2a3.2 3.2 0 0 1 0 6.4H4.4M5.8 2.2 3 5l2.8 2.8', paint: 'stroke', width: 1.5 }],
  live: [
    { d: circle(2.9), paint: 'fill' },
    { d: circle(5.6), paint: 'stroke', width: 1.2, faint: true },
  ],
  stale: [
    { d: circle(5.6), paint: 'stroke', width: 1.3, dash: '3.2 2.1' },
    { d: 'M7 4.1V7l2.2 1.5', paint: 'stroke', width: 1.3 },
  ],
  run: [
    { d: circle(5.4), paint: 'stroke', width: 1.4, faint: true },
    { d: 'M7 1.6A5.4 5.4 0 0 1 12.4 7', paint: 'stroke', width: 1.8, spin: true },
  ],
  wait: [{ d: circle(5), paint: 'stroke', width: 1.3 }],
  held: [
    { d: circle(5.2), paint: 'stroke', width: 1.3 },
    { d: 'M4.4 7h5.2', paint: 'stroke', width: 1.5 },
  ],
  paused: [{ d: 'M4.6 2.5v9M9.4 2.5v9', paint: 'stroke', width: 2 }],
  seal: [
    { d: circle(6.2), paint: 'stroke', width: 1 },
    { d: circle(4.4), paint: 'stroke', width: 1 },
    { d: 'm5 7.2 1.5 1.5 2.7-3', paint: 'stroke', width: 1.3 },
  ],
  lock: [
    { d: 'M2.5 6.2h9v6.3h-9z', paint: 'stroke', width: 1.4 },
    { d: 'M4.6 6V4.3a2.4 2.4 0 0 1 4.8 0V6', paint: 'stroke', width: 1.4 },
  ],
} as const satisfies Record<string, readonly Stroke[]>;

export type GlyphName = keyof typeof glyphShapes;
