import { z } from 'zod';
import { defineBoolean, defineInt, defineSecret, defineString } from 'firebase-functions/params';

/** Where everything runs. The callable SDK's own default, so clients need not name it. */
export const REGION = 'us-central1';

export const deepgramApiKey = defineSecret('DEEPGRAM_API_KEY');
export const geminiApiKey = defineSecret('GEMINI_API_KEY');

const params = {
  DEEPGRAM_BASE_URL: defineString('DEEPGRAM_BASE_URL', { default: 'https://api.deepgram.com' }),
  DEEPGRAM_MODEL: defineString('DEEPGRAM_MODEL', { default: 'nova-3' }),
  GEMINI_BASE_URL: defineString('GEMINI_BASE_URL', {
    default: 'https://generativelanguage.googleapis.com',
  }),
  GEMINI_MODEL: defineString('GEMINI_MODEL', { default: 'gemini-3.5-flash-lite' }),
  GEMINI_TEMPERATURE: defineString('GEMINI_TEMPERATURE', {
    default: '0.8',
    description: 'Sampling temperature; empty for models that take none.',
  }),
  MIN_MEDIA_BYTES: defineInt('MIN_MEDIA_BYTES', { default: 1024 * 1024 }),
  MAX_MEDIA_BYTES: defineInt('MAX_MEDIA_BYTES', { default: 500 * 1024 * 1024 }),
  ENFORCE_APP_CHECK: defineBoolean('ENFORCE_APP_CHECK', { default: false }),
  ALLOW_LOOPBACK_URLS: defineBoolean('ALLOW_LOOPBACK_URLS', {
    default: false,
    description: 'Lets URL jobs read from this machine. Heeded in the emulator only.',
  }),
  JOB_LEASE_SECONDS: defineInt('JOB_LEASE_SECONDS', {
    default: 90,
    description: 'How long a run that stopped answering keeps its job.',
  }),
};

const baseUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });
const model = z.string().regex(/^[a-z0-9][a-z0-9.-]*$/, 'must be a model name');

const configSchema = z
  .object({
    DEEPGRAM_BASE_URL: baseUrl,
    DEEPGRAM_MODEL: model,
    GEMINI_BASE_URL: baseUrl,
    GEMINI_MODEL: model,
    GEMINI_TEMPERATURE: z
      .string()
      .regex(/^([01](\.\d+)?|2(\.0+)?)?$/, 'must be a number from 0 to 2, or empty'),
    MIN_MEDIA_BYTES: z.int().nonnegative(),
    MAX_MEDIA_BYTES: z.int().positive(),
    ENFORCE_APP_CHECK: z.boolean(),
    ALLOW_LOOPBACK_URLS: z.boolean(),
    JOB_LEASE_SECONDS: z.int().min(3).max(600),
  })
  .refine((c) => c.MIN_MEDIA_BYTES < c.MAX_MEDIA_BYTES, {
    path: ['MIN_MEDIA_BYTES'],
    error: 'must be below MAX_MEDIA_BYTES',
  });

/** The deployment's parameters, checked. Secrets are read by themselves, where a function declares them. */
export interface Config {
  readonly deepgramBaseUrl: string;
  readonly deepgramModel: string;
  readonly geminiBaseUrl: string;
  readonly geminiModel: string;
  /** Null where the model takes no temperature. */
  readonly geminiTemperature: number | null;
  readonly minMediaBytes: number;
  readonly maxMediaBytes: number;
  readonly enforceAppCheck: boolean;
  readonly allowLoopbackUrls: boolean;
  readonly jobLeaseSeconds: number;
}

/**
 * Reads the parameters; call it inside handlers only, since values exist only there.
 * @throws Error naming each parameter that is off and what it should be.
 */
export function config(): Config {
  const values = Object.fromEntries(
    Object.entries(params).map(([name, param]) => [name, param.value()]),
  );
  const result = configSchema.safeParse(values);
  if (!result.success) {
    const problems = result.error.issues.map((i) => `${i.path.join('.')} ${i.message}`);
    throw new Error(`Deployment parameters are off: ${problems.join('; ')}`);
  }
  const c = result.data;
  return {
    deepgramBaseUrl: c.DEEPGRAM_BASE_URL,
    deepgramModel: c.DEEPGRAM_MODEL,
    geminiBaseUrl: c.GEMINI_BASE_URL,
    geminiModel: c.GEMINI_MODEL,
    geminiTemperature: c.GEMINI_TEMPERATURE === '' ? null : Number(c.GEMINI_TEMPERATURE),
    minMediaBytes: c.MIN_MEDIA_BYTES,
    maxMediaBytes: c.MAX_MEDIA_BYTES,
    enforceAppCheck: c.ENFORCE_APP_CHECK,
    allowLoopbackUrls: c.ALLOW_LOOPBACK_URLS && process.env['FUNCTIONS_EMULATOR'] === 'true',
    jobLeaseSeconds: c.JOB_LEASE_SECONDS,
  };
}
