/** A product of the organization; prices are in cents. */
export interface Product {
  readonly id: string;
  readonly name: string;
  readonly amount: number;
  readonly interval: 'month' | 'year';
}

/** What is for sale here. */
export const PRODUCTS: readonly Product[] = [
  { id: 'prod_pro', name: 'Pro', amount: 1900, interval: 'month' },
  { id: 'prod_business', name: 'Business', amount: 4900, interval: 'month' },
  { id: 'prod_pro_yearly', name: 'Pro (yearly)', amount: 19000, interval: 'year' },
  { id: 'prod_business_yearly', name: 'Business (yearly)', amount: 49000, interval: 'year' },
];

export function productNamed(id: string): Product | undefined {
  return PRODUCTS.find((product) => product.id === id);
}
