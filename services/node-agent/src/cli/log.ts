// One JSON object per line on standard error; systemd's journal keeps it. Host strings are fields, never part of a format.
export type Log = (message: string, fields?: Record<string, unknown>) => void;

export function logFor(program: string): Log {
  return (message, fields = {}) => {
    process.stderr.write(`${JSON.stringify({ time: new Date().toISOString(), program, message, ...fields })}\n`);
  };
}
