/** The live socket: it comes back by itself, and tells how old the newest message is. */

import { TAB } from "./commands.js";

const WAITS_MS = [250, 500, 1000, 2000];
const SILENT_MS = 5000; // a server that runs a recording speaks four times a second

/**
 * @typedef {object} Listener
 * @property {(state: import("./types.js").State) => void} state
 * @property {(block: ArrayBuffer) => void} block
 * @property {(known: boolean) => void} lost The server does not answer; known: it does, but does not know us any more.
 * @property {() => void} back
 */

export class LiveSocket {
  /** @param {Listener} listener */
  constructor(listener) {
    this.listener = listener;
    this.heard = performance.now();
    this.running = false;
    this.tries = 0;
    this.open();
    setInterval(() => this.watch(), 1000);
    window.addEventListener("online", () => this.open());
  }

  /** Seconds since the last message. */
  get age_s() {
    return (performance.now() - this.heard) / 1000;
  }

  open() {
    if (this.socket && this.socket.readyState <= WebSocket.OPEN) return;
    const scheme = window.location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${window.location.host}/api/live/stream?tab=${TAB}`);
    socket.binaryType = "arraybuffer";
    socket.onmessage = (event) => this.take(event.data);
    socket.onclose = () => this.closed(socket);
    this.socket = socket;
  }

  /** @param {string|ArrayBuffer} message */
  take(message) {
    this.heard = performance.now();
    if (this.tries > 0) {
      this.tries = 0;
      this.listener.back();
    }
    if (message instanceof ArrayBuffer) {
      this.listener.block(message);
      return;
    }
    const said = JSON.parse(message);
    if (said.type !== "state") return;
    this.running = !["idle", "verdict", "failed"].includes(said.phase);
    this.listener.state(said);
  }

  /** @param {WebSocket} socket */
  closed(socket) {
    if (socket !== this.socket) return;
    const wait = WAITS_MS[Math.min(this.tries, WAITS_MS.length - 1)];
    this.tries += 1;
    this.listener.lost(true);
    if (this.tries % 4 === 0) void this.knock();
    setTimeout(() => this.open(), wait);
  }

  /** Does the server answer, but not to us? */
  async knock() {
    try {
      const answer = await fetch("/api/live", { headers: { "X-Gaitchain-Tab": TAB } });
      if (answer.status === 401) this.listener.lost(false);
    } catch {
      // it is away; the next try comes by itself
    }
  }

  /** A connection that is open and dead, as after a closed lid. */
  watch() {
    if (this.running && this.tries === 0 && this.age_s * 1000 > SILENT_MS) this.socket?.close();
  }
}
