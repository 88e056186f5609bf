/**
 * Reads `--name value` and `--name=value`; a name without a value is `true`. Names are not checked,
 * for the official program knows more of them than this one.
 */
export function readArguments(args: readonly string[]): ReadonlyMap<string, string> {
  const result = new Map<string, string>();
  for (const [index, argument] of args.entries()) {
    const match = /^--([^=]+)(?:=(.*))?$/s.exec(argument);
    if (match?.[1] === undefined) continue;
    const next = args[index + 1];
    const following = next === undefined || next.startsWith('--') ? 'true' : next;
    result.set(match[1], match[2] ?? following);
  }
  return result;
}
