/** Requests to the API: JSON in, JSON out, refusals as sentences. */

/** What a server that is not there says. */
export const UNREACHABLE = "The server does not answer. Is it still running?";

/** Where somebody logs in: refused there, one stays and is told why. */
const LOG_IN = "/api/session";

/** A refusal in a sentence for people. */
export class Refused extends Error {}

/**
 * Send a request.
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body] JSON, or FormData for an upload.
 * @param {Record<string, string>} [headers]
 * @returns {Promise<any>} The answer; null if it is empty.
 */
export async function send(method, path, body, headers = {}) {
  const form = body instanceof FormData;
  const sent = { "X-Gaitchain": "1", ...headers };
  if (body !== undefined && !form) sent["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(path, { method, headers: sent, body: form || body === undefined ? body : JSON.stringify(body) });
  } catch {
    throw new Refused(UNREACHABLE);
  }
  if (response.status === 401 && path !== LOG_IN) window.location.assign("/");
  const text = await response.text();
  let said = null;
  try {
    said = text ? JSON.parse(text) : null;
  } catch {
    said = null;
  }
  if (!response.ok) throw new Refused(said?.error ?? `This did not work (${response.status}).`);
  return said;
}
