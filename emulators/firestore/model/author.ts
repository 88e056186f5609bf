/** Whose a commit is: a server past the rules, a signed-in user, or anybody. */
export type Author =
  { readonly kind: 'admin' | 'anonymous' } | { readonly kind: 'user'; readonly userId: string };
