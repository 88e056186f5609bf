import { z } from 'zod';
import type { Answer } from '../http/exchange.js';
import { CODE_CHALLENGE_METHODS } from './grants.js';
import { escapeHtml, htmlAnswer } from './html.js';
import { USERNAME } from './usernames.js';
import type { Account, XState } from './state.js';

/** The one OAuth 2 client. */
export const CLIENT_ID = 'local-x-client';

const SCOPES = ['tweet.read', 'tweet.write', 'users.read', 'offline.access'];

const scopeSchema = z
  .string()
  .transform((scope) => scope.split(' ').filter((name) => name !== ''))
  .refine((scopes) => scopes.length > 0 && scopes.every((name) => SCOPES.includes(name)), {
    error: `one or more of ${SCOPES.join(' ')}`,
  });

const requestSchema = z.object({
  response_type: z.literal('code'),
  client_id: z.literal(CLIENT_ID),
  redirect_uri: z.url({ protocol: /^https?$/ }),
  state: z.string().min(1).max(500),
  scope: scopeSchema,
  code_challenge: z.string().min(1),
  code_challenge_method: z.string().toLowerCase().pipe(z.enum(CODE_CHALLENGE_METHODS)),
});

type AuthorizationRequest = z.infer<typeof requestSchema>;

/**
 * X's consent page, `GET /i/oauth2/authorize`. With `approve=<username>` (an account that is made
 * where there is none) or `deny=1`, which are what its buttons send, it redirects at once. A request
 * that is not whole, PKCE included, is answered with a page and no redirect, as X does.
 */
export function answerAuthorize(state: XState, url: URL): Answer {
  const parsed = requestSchema.safeParse(Object.fromEntries(url.searchParams));
  if (!parsed.success) return refusal(z.prettifyError(parsed.error));
  const username = url.searchParams.get('approve');
  if (url.searchParams.has('deny')) return redirect(parsed.data, { error: 'access_denied' });
  if (username === null) return consentPage(parsed.data, url, state.listAccounts());
  if (!USERNAME.test(username)) return refusal(`"${username}" cannot be a username`);
  const code = state.grants.issueCode({
    clientId: parsed.data.client_id,
    redirectUri: parsed.data.redirect_uri,
    accountId: state.openAccount(username).id,
    scopes: parsed.data.scope,
    codeChallenge: parsed.data.code_challenge,
    codeChallengeMethod: parsed.data.code_challenge_method,
  });
  return redirect(parsed.data, { code });
}

function redirect(request: AuthorizationRequest, result: Record<string, string>): Answer {
  const location = new URL(request.redirect_uri);
  location.searchParams.set('state', request.state);
  for (const [name, value] of Object.entries(result)) location.searchParams.set(name, value);
  return { status: 302, headers: { location: location.href }, body: '' };
}

function refusal(reason: string): Answer {
  const body = `<main class="card"><h1>Something went wrong</h1>
<p>You weren’t able to give access to the App. Go back and try logging in again.</p>
<pre>${escapeHtml(reason)}</pre></main>`;
  return htmlAnswer(400, 'Something went wrong', body, STYLE);
}

function consentPage(request: AuthorizationRequest, url: URL, accounts: readonly Account[]) {
  const hidden = [...url.searchParams].map(
    ([name, value]) =>
      `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
  );
  const buttons = accounts.map(
    ({ username }) =>
      `<button name="approve" value="${escapeHtml(username)}">Authorize as @${escapeHtml(username)}</button>`,
  );
  const scopes = request.scope.map((scope) => `<li>${escapeHtml(scope)}</li>`);
  const form = (content: string) => `<form method="get">${hidden.join('')}${content}</form>`;
  const body = `<main class="card"><h1>An app wants to access your X account</h1>
<p>It asks for</p><ul>${scopes.join('')}</ul>
${form(buttons.join(''))}
${form('<input name="approve" placeholder="another username" pattern="[A-Za-z0-9_]{1,15}" required><button>Authorize</button>')}
${form('<button name="deny" value="1" class="deny">Cancel</button>')}</main>`;
  return htmlAnswer(200, 'Authorize an app / X', body, STYLE);
}

const STYLE = `
.card { padding: 24px 32px; }
h1 { font-size: 23px; }
form { margin: 12px 0; }
button { display: block; width: 100%; margin: 8px 0; padding: 12px; border: 0; border-radius: 24px;
  background: #0f1419; color: #fff; font: inherit; font-weight: 700; }
input:not([type=hidden]) { width: 100%; padding: 10px; border: 1px solid #cfd9de; border-radius: 8px;
  font: inherit; }
.deny { background: #fff; color: #f4212e; border: 1px solid #cfd9de; }
pre { white-space: pre-wrap; color: #536471; }
`;
