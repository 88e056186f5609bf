/** The deployment's parameters as the CLI sets them from their defaults, but for the providers' hosts. */
export const parameters = {
  DEEPGRAM_BASE_URL: 'https://deepgram.invalid',
  DEEPGRAM_MODEL: 'nova-3',
  GEMINI_BASE_URL: 'https://gemini.invalid',
  GEMINI_MODEL: 'gemini-3.5-flash-lite',
  GEMINI_TEMPERATURE: '0.8',
  POLAR_BASE_URL: 'https://polar.invalid',
  POLAR_PRODUCT_PRO: 'prod_pro',
  POLAR_PRODUCT_BUSINESS: 'prod_business',
  POLAR_PRODUCT_PRO_YEARLY: 'prod_pro_yearly',
  POLAR_PRODUCT_BUSINESS_YEARLY: 'prod_business_yearly',
  X_API_BASE_URL: 'https://api.x.invalid',
  X_WEB_BASE_URL: 'https://x.invalid',
  X_CLIENT_ID: '',
  X_CALLBACK_URL: '',
  X_TIMELINE_LAG_SECONDS: '5',
  FRONTEND_URLS: '',
  SINGLE_ACCOUNT_MODE: 'false',
  ENFORCE_APP_CHECK: 'false',
  MIN_MEDIA_BYTES: '1048576',
  MAX_MEDIA_BYTES: '524288000',
  JOB_LEASE_SECONDS: '90',
} as const;

/** Sets the parameters, those given otherwise than by default; the result takes them away again. */
export function setParameters(changed: Partial<Record<keyof typeof parameters, string>> = {}) {
  Object.assign(process.env, parameters, changed);
  return () => {
    for (const name of Object.keys(parameters)) Reflect.deleteProperty(process.env, name);
  };
}
