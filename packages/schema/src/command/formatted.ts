/** A file's text as Prettier formats it in that place; as it is where Prettier is not installed. */
export async function formatted(path: string, text: string): Promise<string> {
  const prettier = await import('prettier').catch(() => undefined);
  return prettier ? prettier.format(text, { ...(await prettier.resolveConfig(path)), filepath: path }) : text;
}
