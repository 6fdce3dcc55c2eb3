/** The forms in which a secret could stand in a file, each as a text to look for. */
export function formsOf(secret: string): { readonly form: string; readonly pattern: string }[] {
  const bytes = Buffer.from(secret);
  const encoded = (['base64', 'base64url'] as const).flatMap((encoding) =>
    [0, 1, 2].map((before) => {
      const text = Buffer.concat([Buffer.alloc(before), bytes])
        .toString(encoding)
        .replaceAll('=', '');
      // Characters at the edges also carry bits of what stands beside the secret.
      return { form: `in ${encoding}`, pattern: text.slice(before === 0 ? 0 : before + 1, -2) };
    }),
  );
  return [{ form: 'as it is', pattern: secret }, ...encoded];
}
