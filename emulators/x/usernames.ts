/** What X takes for a username. */
export const USERNAME = /^[A-Za-z0-9_]{1,15}$/;
