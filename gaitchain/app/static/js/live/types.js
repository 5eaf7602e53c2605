/**
 * What the server says of a live recording; gaitchain/app/hub/said.py makes it.
 *
 * @typedef {"idle"|"searching"|"connecting"|"placing"|"checking"|"calibrating"|"ready"|"recording"|"stopping"|"verdict"|"failed"} Phase
 *
 * @typedef {object} Sensor
 * @property {string} name
 * @property {string} placement
 * @property {string} state
 * @property {boolean} live
 * @property {string} why
 * @property {number|null} hz
 * @property {number|null} loss_pct
 * @property {number|null} gap_s
 * @property {number|null} battery_pct
 * @property {number|null} residual_ms
 * @property {number|null} ppm
 * @property {number|null} uncertainty_ms
 * @property {number|null} age_s
 * @property {number|null} tapped_s
 * @property {"ok"|"amber"|"red"} grade
 *
 * @typedef {{name: string, placement: string|null, outcome: "pass"|"warn"|"fail"|"unknown", sentence: string}} Check
 * @typedef {{value: number|null, band: [number, number]}} Banded
 *
 * @typedef {object} Walked
 * @property {number} strides_left
 * @property {number} strides_right
 * @property {number} valid_left
 * @property {number} valid_right
 * @property {number|null} cadence_spm
 * @property {Banded} stance_asym
 * @property {Banded} step_asym
 * @property {{left_deg: number|null, right_deg: number|null, band: [number, number]}} drop
 *
 * @typedef {{key: string, value: number|null, unit: string, band: [number, number]|null, status: string, reason: string}} Headline
 *
 * @typedef {object} Verdict
 * @property {"valid"|"attention"|"invalid"} verdict
 * @property {string[]} reasons
 * @property {Record<"left"|"right", {valid: number, detected: number}>} strides
 * @property {Headline[]} headline
 * @property {boolean} final
 * @property {string} session
 *
 * @typedef {object} State
 * @property {Phase} phase
 * @property {{pid: string, code: string|null}|null} patient
 * @property {string|null} session
 * @property {string|null} protocol
 * @property {string|null} condition
 * @property {number|null} pain_before
 * @property {string|null} source
 * @property {number|null} planned_s
 * @property {{does: string, until_s: number}[]} parts
 * @property {number} elapsed_s
 * @property {Sensor[]} nodes
 * @property {Check[]} checks
 * @property {{left_s: number, text: string}|null} calibration
 * @property {Walked|null} walked
 * @property {{time_s: number, label: string}[]} markers
 * @property {string[]} told
 * @property {string} failure
 * @property {Verdict|null} verdict
 * @property {boolean} controller
 */

export {};
