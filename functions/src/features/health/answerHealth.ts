import { isUp } from './checkHealth.js';
import type { Health } from './checkHealth.js';

export interface HealthAnswer {
  readonly status: 200 | 405 | 503;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** 200 where the essential parts answer, otherwise 503, for monitors that look at nothing else. */
export async function answerHealth(
  look: () => Promise<Health>,
  method: string,
): Promise<HealthAnswer> {
  if (method !== 'GET' && method !== 'HEAD') {
    return { status: 405, headers: { Allow: 'GET, HEAD' }, body: '' };
  }
  const health = await look();
  const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' };
  return { status: isUp(health) ? 200 : 503, headers, body: JSON.stringify(health) };
}
