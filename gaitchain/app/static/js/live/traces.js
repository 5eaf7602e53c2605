/** One chart per sensor, all drawn in one loop of at most 15 frames a second, and only when something has come. */

import { Ring, WINDOW_S } from "./ring.js";

const FPS = 15;
const CALM_FPS = 4; // for those who asked their system for less motion
// One canvas, two scales: turning lies in the upper half, acceleration in the lower.
const SCALES = { x: { time: false, auto: false }, gyr: { auto: false, range: [-18, 6] }, acc: { auto: false, range: [-20, 60] } };
const COLOURS = ["#12506b", "#a2591b", "#5b4a9c"];
const DASHES = [[], [5, 3], [1.5, 2.5]];

/** @param {"acc"|"gyr"} scale */
const three = (scale) => COLOURS.map((stroke, i) => ({ scale, stroke, width: 1.25, dash: DASHES[i], points: { show: false }, spanGaps: false }));

/** @param {number} width @param {number} height */
const options = (width, height) => ({
  width,
  height,
  scales: SCALES,
  legend: { show: false },
  cursor: { show: false },
  select: { show: false },
  padding: [2, 0, 2, 0],
  axes: [
    { show: true, size: 0, gap: 0, ticks: { show: false }, grid: { stroke: "#e8ecf0", width: 1 }, values: () => [] },
    { scale: "gyr", size: 0, gap: 0, ticks: { show: false }, grid: { stroke: "#d5dce3", width: 1 }, splits: () => [0], values: () => [] },
    { scale: "acc", size: 0, gap: 0, ticks: { show: false }, grid: { stroke: "#d5dce3", width: 1 }, splits: () => [0], values: () => [] },
  ],
  series: [{}, ...three("acc"), ...three("gyr")],
});

export class Traces {
  constructor() {
    /** @type {Ring[]} */
    this.rings = [];
    /** @type {any[]} */
    this.charts = [];
    /** @type {HTMLElement[]} */
    this.places = [];
    this.fresh = false;
    this.drawn = 0;
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
    this.every_ms = () => 1000 / (calm.matches ? CALM_FPS : FPS);
    const loop = (/** @type {number} */ now) => {
      if (this.fresh && now - this.drawn >= this.every_ms() - 4) {
        this.drawn = now;
        this.draw();
      }
      requestAnimationFrame(loop);
    };
    requestAnimationFrame(loop);
    new ResizeObserver(() => this.fit()).observe(document.body);
  }

  /** Draw into these boxes, one per sensor. @param {HTMLElement[]} places */
  into(places) {
    if (places.length === this.places.length && places.every((place, i) => place === this.places[i])) return;
    for (const chart of this.charts) chart.destroy();
    this.places = places;
    const Plot = /** @type {any} */ (window).uPlot;
    this.charts = places.map((place) => new Plot(options(place.clientWidth, place.clientHeight), [[], [], [], [], [], [], []], place));
    this.fresh = true;
  }

  /** @param {import("./blocks.js").Block[]} blocks */
  take(blocks) {
    for (const block of blocks) {
      (this.rings[block.stream] ??= new Ring()).push(block);
      this.fresh = true;
    }
  }

  clear() {
    this.rings = [];
    this.fresh = true;
  }

  draw() {
    this.fresh = false;
    const newest = Math.max(...this.rings.map((ring) => ring?.last_s ?? -Infinity));
    if (!Number.isFinite(newest)) return;
    this.charts.forEach((chart, i) => {
      const ring = this.rings[i];
      if (!ring || this.places[i].clientWidth === 0) return;
      chart.batch(() => {
        chart.setData(ring.columns, false);
        chart.setScale("x", { min: newest - WINDOW_S, max: newest });
        chart.setScale("gyr", { min: -18, max: 6 });
        chart.setScale("acc", { min: -20, max: 60 });
      });
    });
  }

  /** The boxes have another size. */
  fit() {
    this.charts.forEach((chart, i) => {
      const { clientWidth: width, clientHeight: height } = this.places[i];
      if (width > 0 && (chart.width !== width || chart.height !== height)) chart.setSize({ width, height });
    });
    this.fresh = true;
  }
}
