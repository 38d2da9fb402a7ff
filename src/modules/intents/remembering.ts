const ANSWERS = 10_000;

/**
 * Memoizes a function of a text. The cache is emptied when it has 10,000 entries.
 *
 * @param holds whether a cached answer is still valid. Default: always
 */
export function remembering<A extends unknown[], V>(
  ask: (question: string, ...more: A) => V,
  holds: (answer: V, ...more: A) => boolean = () => true,
): (question: string, ...more: A) => V {
  const answers = new Map<string, V>();
  return (question, ...more) => {
    const known = answers.get(question);
    if (known !== undefined && holds(known, ...more)) return known;
    if (answers.size >= ANSWERS) answers.clear();
    const answer = ask(question, ...more);
    answers.set(question, answer);
    return answer;
  };
}
