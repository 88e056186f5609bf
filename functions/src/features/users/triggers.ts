import { callable } from '../../platform/callable.js';
import type { UserDependencies } from './dependencies.js';

/** The callables about a user's own profile. Use cases are loaded on first use. */
export function userTriggers(dependencies: () => Promise<UserDependencies>) {
  return {
    initUser: callable('initUser', {}, async (_input, caller) => {
      const { initUser } = await import('./initUser.js');
      return initUser(await dependencies(), caller);
    }),
    getProfile: callable('getProfile', {}, async (_input, caller) => {
      const { getProfile } = await import('./getProfile.js');
      return getProfile(await dependencies(), caller);
    }),
    updateSettings: callable('updateSettings', {}, async (input, caller) => {
      const { updateSettings } = await import('./updateSettings.js');
      return updateSettings(await dependencies(), input, caller);
    }),
    getQuota: callable('getQuota', {}, async (_input, caller) => {
      const { getQuota } = await import('./getQuota.js');
      return getQuota(await dependencies(), caller);
    }),
  };
}
