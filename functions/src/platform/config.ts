import type { BillingInterval, PaidTier } from '@quikthread/contract';
import { z } from 'zod';
import {
  defineBoolean,
  defineInt,
  defineSecret,
  defineString,
  projectID,
} from 'firebase-functions/params';

/** Where everything runs. The callable SDK's own default, so clients need not name it. */
export const REGION = 'us-central1';

export const deepgramApiKey = defineSecret('DEEPGRAM_API_KEY');
export const geminiApiKey = defineSecret('GEMINI_API_KEY');
export const polarAccessToken = defineSecret('POLAR_ACCESS_TOKEN');
/** Separated by commas: while one replaces another, webhooks are signed by either. */
export const polarWebhookSecrets = defineSecret('POLAR_WEBHOOK_SECRETS');
export const xClientSecret = defineSecret('X_CLIENT_SECRET');
/** `keyId:base64` pairs of 32-byte keys, separated by commas; the first one encrypts, all decrypt. */
export const xTokenKeys = defineSecret('X_TOKEN_KEYS');
/** The operator's own account (OAuth 1.0a), heeded in single account mode only. */
export const xAppKey = defineSecret('X_APP_KEY');
export const xAppSecret = defineSecret('X_APP_SECRET');
export const xAppAccessToken = defineSecret('X_APP_ACCESS_TOKEN');
export const xAppAccessSecret = defineSecret('X_APP_ACCESS_SECRET');

/** What a function needs that acts on X for a user. */
export const xSecrets = [
  xClientSecret,
  xTokenKeys,
  xAppKey,
  xAppSecret,
  xAppAccessToken,
  xAppAccessSecret,
];

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
  POLAR_BASE_URL: defineString('POLAR_BASE_URL', { default: 'https://api.polar.sh' }),
  POLAR_PRODUCT_PRO: defineString('POLAR_PRODUCT_PRO', { default: 'prod_pro' }),
  POLAR_PRODUCT_BUSINESS: defineString('POLAR_PRODUCT_BUSINESS', { default: 'prod_business' }),
  POLAR_PRODUCT_PRO_YEARLY: defineString('POLAR_PRODUCT_PRO_YEARLY', {
    default: 'prod_pro_yearly',
  }),
  POLAR_PRODUCT_BUSINESS_YEARLY: defineString('POLAR_PRODUCT_BUSINESS_YEARLY', {
    default: 'prod_business_yearly',
  }),
  X_API_BASE_URL: defineString('X_API_BASE_URL', { default: 'https://api.x.com' }),
  X_WEB_BASE_URL: defineString('X_WEB_BASE_URL', { default: 'https://x.com' }),
  X_CLIENT_ID: defineString('X_CLIENT_ID', {
    default: '',
    description: 'The OAuth 2.0 client id of the X app; empty where nobody connects an account.',
  }),
  X_CALLBACK_URL: defineString('X_CALLBACK_URL', {
    default: '',
    description: 'The address of xOAuthCallback as registered with X; empty for its own.',
  }),
  X_TIMELINE_LAG_SECONDS: defineInt('X_TIMELINE_LAG_SECONDS', {
    default: 5,
    description: 'How long X is given to show a tweet on its timeline; X itself states no time.',
  }),
  FRONTEND_URLS: defineString('FRONTEND_URLS', {
    default: '',
    description:
      'Origins of the front end, separated by commas; empty for the Hosting site of the project.',
  }),
  SINGLE_ACCOUNT_MODE: defineBoolean('SINGLE_ACCOUNT_MODE', {
    default: false,
    description: "Lets users without an X account of their own post from the operator's.",
  }),
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

const product = z.string().min(1, 'must be the id of a product at Polar');

const origins = z
  .string()
  .transform((list) => list.split(',').flatMap((item) => item.trim() || []))
  .refine((list) => list.every(isOrigin), 'must be origins such as "https://app.example.com"');

function isOrigin(text: string): boolean {
  return (
    URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).origin === text
  );
}

const configSchema = z
  .object({
    DEEPGRAM_BASE_URL: baseUrl,
    DEEPGRAM_MODEL: model,
    GEMINI_BASE_URL: baseUrl,
    GEMINI_MODEL: model,
    GEMINI_TEMPERATURE: z
      .string()
      .regex(/^([01](\.\d+)?|2(\.0+)?)?$/, 'must be a number from 0 to 2, or empty'),
    POLAR_BASE_URL: baseUrl,
    POLAR_PRODUCT_PRO: product,
    POLAR_PRODUCT_BUSINESS: product,
    POLAR_PRODUCT_PRO_YEARLY: product,
    POLAR_PRODUCT_BUSINESS_YEARLY: product,
    X_API_BASE_URL: baseUrl,
    X_WEB_BASE_URL: baseUrl,
    X_CLIENT_ID: z.string(),
    X_CALLBACK_URL: z.union([z.literal(''), baseUrl]),
    X_TIMELINE_LAG_SECONDS: z.int().min(0).max(30),
    FRONTEND_URLS: origins,
    SINGLE_ACCOUNT_MODE: z.boolean(),
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
  readonly polarBaseUrl: string;
  /** Polar's product for each plan and interval. */
  readonly polarProducts: Readonly<Record<PaidTier, Readonly<Record<BillingInterval, string>>>>;
  readonly xApiBaseUrl: string;
  readonly xWebBaseUrl: string;
  readonly xClientId: string;
  readonly xCallbackUrl: string;
  readonly xTimelineLagSeconds: number;
  /** Where browsers may be sent back to, the first one unless told; never empty. */
  readonly frontendUrls: readonly string[];
  readonly singleAccountMode: boolean;
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
  const project = projectID.value();
  return {
    deepgramBaseUrl: c.DEEPGRAM_BASE_URL,
    deepgramModel: c.DEEPGRAM_MODEL,
    geminiBaseUrl: c.GEMINI_BASE_URL,
    geminiModel: c.GEMINI_MODEL,
    geminiTemperature: c.GEMINI_TEMPERATURE === '' ? null : Number(c.GEMINI_TEMPERATURE),
    polarBaseUrl: c.POLAR_BASE_URL,
    polarProducts: {
      pro: { monthly: c.POLAR_PRODUCT_PRO, yearly: c.POLAR_PRODUCT_PRO_YEARLY },
      business: { monthly: c.POLAR_PRODUCT_BUSINESS, yearly: c.POLAR_PRODUCT_BUSINESS_YEARLY },
    },
    xApiBaseUrl: c.X_API_BASE_URL,
    xWebBaseUrl: c.X_WEB_BASE_URL,
    xClientId: c.X_CLIENT_ID,
    xCallbackUrl:
      c.X_CALLBACK_URL || `https://${REGION}-${project}.cloudfunctions.net/xOAuthCallback`,
    xTimelineLagSeconds: c.X_TIMELINE_LAG_SECONDS,
    frontendUrls: c.FRONTEND_URLS.length > 0 ? c.FRONTEND_URLS : [`https://${project}.web.app`],
    singleAccountMode: c.SINGLE_ACCOUNT_MODE,
    minMediaBytes: c.MIN_MEDIA_BYTES,
    maxMediaBytes: c.MAX_MEDIA_BYTES,
    enforceAppCheck: c.ENFORCE_APP_CHECK,
    allowLoopbackUrls: c.ALLOW_LOOPBACK_URLS && process.env['FUNCTIONS_EMULATOR'] === 'true',
    jobLeaseSeconds: c.JOB_LEASE_SECONDS,
  };
}
