// The wire under the link. A real one is a WebSocket; a simulated fleet brings its own.
import type { IncomingMessage } from 'node:http';
import { MAX_FRAME_TO_AGENT_BYTES } from '@muster/contracts/agent';
import { WebSocket } from 'ws';

export interface WireEvents {
  readonly onText: (text: string) => void;
  /** Once, however it ended. `retryAfterMs`: when the other side said that it is worth trying again. */
  readonly onClose: (why: string, retryAfterMs?: number) => void;
}

export interface Wire {
  send(text: string): void;
  /** Bytes that were handed over and not yet taken by the network. */
  readonly waitingBytes: number;
  close(): void;
}

export interface Transport {
  open(events: WireEvents): Wire;
}

const OPENING_MS = 15_000;

/** `server`: http(s) address of the control plane. Certificates are verified; there is no switch to skip that. */
export function webSocketTransport(server: string, certificateAuthority?: string): Transport {
  const url = new URL('/agent/v1/link', server);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return {
    open({ onText, onClose }) {
      const socket = new WebSocket(url, {
        handshakeTimeout: OPENING_MS,
        maxPayload: MAX_FRAME_TO_AGENT_BYTES,
        perMessageDeflate: false,
        followRedirects: false,
        ...(certificateAuthority === undefined ? {} : { ca: certificateAuthority }),
      });
      let why = '';
      let retryAfterMs: number | undefined;
      socket.on('message', (data: Buffer, isBinary: boolean) => {
        if (!isBinary) onText(data.toString('utf8'));
      });
      socket.on('error', (error) => {
        why ||= error.message;
      });
      socket.on('unexpected-response', (_request: unknown, response: IncomingMessage) => {
        why = `the control plane answered ${response.statusCode ?? 0}`;
        const seconds = Number(response.headers['retry-after'] ?? Number.NaN);
        if (seconds > 0) retryAfterMs = seconds * 1000;
        socket.terminate();
      });
      socket.on('close', (code, reason) => {
        onClose(why || reason.toString('utf8') || `closed with ${code}`, retryAfterMs);
      });
      return {
        send: (text) => {
          if (socket.readyState === WebSocket.OPEN) socket.send(text);
        },
        get waitingBytes() {
          return socket.bufferedAmount;
        },
        close: () => {
          socket.close(1000);
          setTimeout(() => socket.terminate(), 2000).unref();
        },
      };
    },
  };
}
