import { DFA, JS, NFA } from 'refa';
import type { List } from '../random/random';

type Concatenation = JS.ParseResult['expression']['alternatives'][number];
type Element = Concatenation['elements'][number];

/** What an automaton state leads to: the state after each character, letters first. */
type Step = readonly [character: string, next: DFA.Node];

/** How long texts are, where nothing forbids it. */
const USUAL_LENGTH = 8;
/** How much longer than the shortest one they get. */
const ROOM = 200;

/**
 * The texts of printable ASCII that match all patterns, each of them once: those of the usual length first, then longer,
 * then shorter ones. Any of them is found by its number alone.
 *
 * @throws Error where a pattern says what no automaton can: look-around, back references, word boundaries
 */
export function language(patterns: readonly RegExp[], minLength: number, maxLength: number): List<string> {
  const automaton = intersection(patterns);
  const steps = new Map<DFA.Node, readonly Step[]>();
  for (const node of automaton.nodes()) steps.set(node, stepsOf(node));

  // How many texts of each length are accepted from each state on.
  const endings = [new Map([...steps.keys()].map((node) => [node, automaton.finals.has(node) ? 1 : 0]))];
  const countOf = (length: number): number => {
    for (let known = endings.length; known <= length; known++) {
      const before = endings[known - 1];
      const sum = (ways: readonly Step[]): number => ways.reduce((total, [, next]) => total + before.get(next)!, 0);
      endings.push(new Map([...steps].map(([node, ways]) => [node, sum(ways)])));
    }
    return endings[length].get(automaton.initial)!;
  };

  const [least, most] = [minLength, Math.min(maxLength, Math.max(minLength, USUAL_LENGTH, shortest(automaton)) + ROOM)];
  const lengths: { length: number; before: number }[] = [];
  let size = 0;
  for (const length of usualFirst(least, most)) {
    if (size >= Number.MAX_SAFE_INTEGER) break;
    if (countOf(length) > 0) lengths.push({ length, before: size });
    size += countOf(length);
  }

  function at(index: number): string {
    const { length, before } = lengths.findLast((one) => one.before <= index)!;
    let left = index - before;
    let node: DFA.Node = automaton.initial;
    let text = '';
    for (let rest = length - 1; rest >= 0; rest--) {
      for (const [character, next] of steps.get(node)!) {
        const count = endings[rest].get(next)!;
        if (left < count) {
          text += character;
          node = next;
          break;
        }
        left -= count;
      }
    }
    return text;
  }
  return { length: Math.min(size, Number.MAX_SAFE_INTEGER), at };
}

function intersection(patterns: readonly RegExp[]): DFA {
  const automata = patterns.map(automatonOf);
  const both = (a: DFA, b: DFA): DFA => DFA.fromIntersection(a, b);
  const all = automata.reduce(both);
  all.minimize();
  return all;
}

/** The texts of printable ASCII in which the pattern is found. */
function automatonOf(pattern: RegExp): DFA {
  const { expression, maxCharacter } = parsed(pattern);
  const anything = (): Element[] => parsed(/[ -~]*/).expression.alternatives[0].elements;
  // Assertions at the ends of the text are said by what may stand before and after it.
  for (const { elements } of expression.alternatives) {
    if (isEdge(elements[0], 'behind')) elements.shift();
    else elements.unshift(...anything());
    if (isEdge(elements.at(-1), 'ahead')) elements.pop();
    else elements.push(...anything());
  }
  const printable = NFA.fromRegex(parsed(/[ -~]*/).expression, { maxCharacter });
  return DFA.fromIntersection(NFA.fromRegex(expression, { maxCharacter }, { assertions: 'throw' }), printable);
}

function parsed({ source, flags }: RegExp): JS.ParseResult {
  const kept = flags.replace(/[^ims]/g, '');
  return JS.Parser.fromLiteral({ source, flags: kept }).parse({ assertions: 'parse', backreferences: 'throw' });
}

/** Whether it is `^` or `$`: nothing before, nothing behind. */
function isEdge(element: Element | undefined, kind: 'ahead' | 'behind'): boolean {
  if (element?.type !== 'Assertion' || !element.negate || element.kind !== kind) return false;
  const [only, ...others] = element.alternatives;
  const [inside, ...more] = only.elements;
  return others.length + more.length === 0 && inside.type === 'CharacterClass' && inside.characters.isAll;
}

function stepsOf(node: DFA.Node): Step[] {
  const steps: Step[] = [];
  for (const [{ min, max }, next] of node.out) {
    for (let code = min; code <= max; code++) steps.push([String.fromCharCode(code), next]);
  }
  return steps.sort(([a], [b]) => rank(a) - rank(b));
}

/** Small letters, then digits, then capitals, then the rest. */
function rank(character: string): number {
  const group = [/[a-z]/, /[0-9]/, /[A-Z]/].findIndex((one) => one.test(character));
  return (group < 0 ? 3 : group) * 128 + character.charCodeAt(0);
}

/** The length of the shortest text; 0 where there is none. */
function shortest(automaton: DFA): number {
  for (const word of automaton.words()) return word.length;
  return 0;
}

function* usualFirst(least: number, most: number): Generator<number> {
  const usual = Math.min(Math.max(least, USUAL_LENGTH), most);
  for (let length = usual; length <= most; length++) yield length;
  for (let length = usual - 1; length >= least; length--) yield length;
}
