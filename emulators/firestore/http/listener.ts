import type { RequestListener } from 'node:http';
import { adminEndpoints } from '../admin/http.js';
import type { FirestoreMethods } from '../methods/methods.js';
import { restEndpoint } from '../rest/endpoint.js';
import type { FirestoreService } from '../service.js';
import type { TriggerDispatcher } from '../triggers/dispatcher.js';
import { CHANNEL_PATH, webChannelEndpoint } from '../webchannel/endpoint.js';
import { answerPreflight, isPreflight, shareWithOrigin } from './cors.js';

/** Everything on HTTP/1.1: REST, WebChannel, and the emulator's own endpoints; pages of any origin may call. */
export function httpListener(
  service: FirestoreService,
  triggers: TriggerDispatcher,
  methods: FirestoreMethods,
): RequestListener {
  const admin = adminEndpoints(service, triggers);
  const rest = restEndpoint(methods);
  const channels = webChannelEndpoint(methods);
  return (request, response) => {
    shareWithOrigin(request, response);
    const path = request.url ?? '/';
    if (isPreflight(request)) answerPreflight(request, response);
    else if (path.startsWith('/v1/')) rest(request, response);
    else if (CHANNEL_PATH.test(path.replace(/\?.*/s, ''))) channels(request, response);
    else admin(request, response);
  };
}
