/** Blocks of samples as they come over the socket: records `<u32 stream><u32 n><f64 t0_s><f32 dt_s>`, then n x 6 float32. */

const HEAD = 20;
const CHANNELS = 6;

/**
 * @typedef {{stream: number, n: number, t0_s: number, dt_s: number, values: Float32Array}} Block
 */

/**
 * Take a message apart.
 * @param {ArrayBuffer} message
 * @returns {Block[]}
 */
export function decode(message) {
  const view = new DataView(message);
  /** @type {Block[]} */
  const blocks = [];
  let at = 0;
  while (at + HEAD <= message.byteLength) {
    const n = view.getUint32(at + 4, true);
    const end = at + HEAD + n * CHANNELS * 4;
    if (end > message.byteLength) break;
    blocks.push({
      stream: view.getUint32(at, true),
      n,
      t0_s: view.getFloat64(at + 8, true),
      dt_s: view.getFloat32(at + 16, true),
      values: new Float32Array(message, at + HEAD, n * CHANNELS),
    });
    at = end;
  }
  return blocks;
}
