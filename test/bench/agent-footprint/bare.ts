// The peer, on the same server: Node and one WebSocket that says something as often as an agent does. Argument: its address.
import { WebSocket } from 'ws';

const BEAT_MS = 10_000;
const socket = new WebSocket(process.argv[2] ?? '', { perMessageDeflate: false });
const text = JSON.stringify({ t: 'heartbeat', time: new Date().toISOString(), seenSize: 1, load1: 0.5, spooled: 0 });
socket.on('open', () => setInterval(() => socket.send(text), BEAT_MS));
socket.on('close', () => process.exit(1));
