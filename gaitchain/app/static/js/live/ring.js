/** The last seconds of one sensor: times and six channels, with a hole where samples are missing. */

export const WINDOW_S = 6;
const HOLE = 1.5; // sample periods, as in the recording

export class Ring {
  constructor() {
    /** @type {(number|null)[][]} Times, then acc x y z, gyr x y z. */
    this.columns = Array.from({ length: 7 }, () => []);
    this.last_s = -Infinity;
  }

  /** @param {import("./blocks.js").Block} block */
  push(block) {
    const [times, ...channels] = this.columns;
    if (block.t0_s < this.last_s) {
      if (this.last_s - block.t0_s > WINDOW_S) this.clear();
      else return; // fetched later: a trace does not go back
    }
    if (times.length > 0 && block.t0_s - this.last_s > HOLE * block.dt_s) {
      times.push(this.last_s + block.dt_s / 2);
      for (const channel of channels) channel.push(null);
    }
    for (let i = 0; i < block.n; i += 1) {
      times.push(block.t0_s + i * block.dt_s);
      for (let c = 0; c < 6; c += 1) channels[c].push(block.values[i * 6 + c]);
    }
    this.last_s = block.t0_s + (block.n - 1) * block.dt_s;
    this.forget();
  }

  /** Drop what has left the window, now and then. */
  forget() {
    const [times] = this.columns;
    const first = this.last_s - WINDOW_S;
    if (/** @type {number} */ (times[0]) > first - WINDOW_S) return;
    const gone = times.findIndex((time) => /** @type {number} */ (time) >= first);
    for (const column of this.columns) column.splice(0, gone);
  }

  clear() {
    for (const column of this.columns) column.length = 0;
    this.last_s = -Infinity;
  }
}
