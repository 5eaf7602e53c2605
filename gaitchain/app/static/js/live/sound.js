/** Short tones. A browser lets a page sound only after somebody has pressed something on it. */

const LASTS_S = 0.14;
const LOUD = 0.25;

/** @type {AudioContext|null} */
let audio = null;

/** Call it from a press. */
export function allow() {
  audio ??= new AudioContext();
}

/** A tone, if one is allowed. @param {number} hz */
export function tone(hz) {
  if (!audio) return;
  const source = audio.createOscillator();
  const loudness = audio.createGain();
  const now = audio.currentTime;
  source.frequency.value = hz;
  loudness.gain.setValueAtTime(0.0001, now);
  loudness.gain.exponentialRampToValueAtTime(LOUD, now + 0.02);
  loudness.gain.exponentialRampToValueAtTime(0.0001, now + LASTS_S);
  source.connect(loudness).connect(audio.destination);
  source.start();
  source.stop(now + LASTS_S);
}
