const ANSWERS = 10_000;

/**
 * A function that answers what it has been asked before from memory: of ten thousand questions, then it starts anew.
 *
 * @param holds whether an answer still holds. Default: always
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
