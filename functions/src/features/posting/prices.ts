import type { PriceTable } from '@quikthread/contract';

/**
 * X's pay-per-use prices in US dollars (docs.x.com/x-api/getting-started/pricing: "Post: Create" and
 * "Post: Create (with URL)", a request each). Whoever reads them again changes the date with them.
 */
export const prices: PriceTable = { date: '2026-08-28', post: 0.015, postWithLink: 0.2 };

/** What X charges for a tweet with these links in it. US dollars. */
export function chargeOf(links: readonly string[]): number {
  return links.length > 0 ? prices.postWithLink : prices.post;
}

/** The sum of charges, in US dollars, free of the errors of binary fractions. */
export function totalCharge(charges: readonly number[]): number {
  const sum = charges.reduce((total, charge) => total + charge, 0);
  return Math.round(sum * 1000) / 1000;
}
