import { analyticsTriggers } from '../features/analytics/triggers.js';
import { healthTriggers } from '../features/health/triggers.js';
import { billingTriggers } from '../features/billing/triggers.js';
import { jobTriggers } from '../features/jobs/triggers.js';
import { maintenanceTriggers } from '../features/maintenance/triggers.js';
import { postingTriggers } from '../features/posting/triggers.js';
import { privacyTriggers } from '../features/privacy/triggers.js';
import { threadTriggers } from '../features/threads/triggers.js';
import { uploadTriggers } from '../features/uploads/triggers.js';
import { userTriggers } from '../features/users/triggers.js';
import { xAccountTriggers } from '../features/xAccount/triggers.js';
import { applyGlobalOptions } from '../platform/globalOptions.js';
import { applyDependencies, pageDependencies, webhookDependencies } from './billing.js';
import {
  analyticsDependencies,
  createJobDependencies,
  uploadDependencies,
  userDependencies,
} from './dependencies.js';
import { engine } from './engine.js';
import { lookAtHealth } from './health.js';
import { maintenanceDependencies } from './maintenance.js';
import { postingDependencies } from './posting.js';
import { privacyDependencies } from './privacy.js';
import { connectDependencies } from './x.js';

applyGlobalOptions();

export const users = userTriggers(userDependencies);
export const uploads = uploadTriggers(uploadDependencies);
export const threads = threadTriggers(createJobDependencies);
export const jobs = jobTriggers(engine);
export const xAccount = xAccountTriggers(connectDependencies);
export const posting = postingTriggers(postingDependencies);
export const billing = billingTriggers({
  webhook: webhookDependencies,
  apply: applyDependencies,
  pages: pageDependencies,
});
export const analytics = analyticsTriggers(analyticsDependencies);
export const privacy = privacyTriggers(privacyDependencies);
export const monitoring = healthTriggers(lookAtHealth);
export const maintenance = maintenanceTriggers(maintenanceDependencies);
