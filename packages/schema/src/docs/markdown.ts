/** SQL, or any text, as code inside a line. */
export function code(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}

/** Texts as code, one after another. */
export function codes(texts: readonly string[]): string {
  return texts.map(code).join(', ');
}

/** Prose that is not ours, kept from being read as Markdown. */
export function prose(text: string): string {
  return text.replace(/[<>*[\]]/g, '\\$&').replace(/\s+/g, ' ');
}

/** A table; a cell may be any Markdown that fits in a line. */
export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A section under a bold line; none where there is nothing to say. */
export function section(title: string, body: string): string[] {
  return body ? [`**${title}**`, body] : [];
}
