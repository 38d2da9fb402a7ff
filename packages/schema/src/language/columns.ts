import { type Bounds, type ColumnDecorator, columnOf, type ColumnOptions, within } from './column';

interface TextOptions<N extends boolean> extends ColumnOptions<string, N> {
  /** The most characters, by the column's type: varchar(length). Default: text. */
  length?: number;
  /** The fewest characters, by a CHECK and the validator. Default: 0. */
  min?: number;
  /** The most characters, by a CHECK and the validator. Default: no limit. */
  max?: number;
  /**
   * What it looks like, by a CHECK and the validator. It may use what JavaScript and PostgreSQL read alike: classes,
   * anchors and quantifiers, and the flag i.
   */
  pattern?: RegExp;
  /** Whether the validator refuses ''. The column does not: that takes `min` or `pattern`. Default: false. */
  notEmpty?: boolean;
}

/** Text: a column of type text, or varchar where it has a `length`. */
export function Text<N extends boolean = false>({
  length,
  min,
  max,
  pattern,
  notEmpty,
  ...common
}: TextOptions<N> = {}): ColumnDecorator<string, N> {
  const conditions = [within({ min, max }, (column) => `char_length(${column})`), pattern && matching(pattern)].filter(
    (condition) => condition !== undefined,
  );
  return columnOf(
    {
      column: length === undefined ? { type: 'text' } : { type: 'varchar', length },
      check: conditions.length ? (column) => conditions.map((one) => one(column)).join(' AND ') : undefined,
      rules: ({ IsNotEmpty, IsString, Matches, MaxLength, MinLength }) => [
        pattern && Matches(pattern),
        length !== undefined && MaxLength(length),
        max !== undefined && MaxLength(max),
        min !== undefined && MinLength(min),
        notEmpty && IsNotEmpty(),
        !pattern && IsString(),
      ],
    },
    common,
  );
}

function matching({ source, ignoreCase }: RegExp): (column: string) => string {
  return (column) => `${column} ${ignoreCase ? '~*' : '~'} '${source.replaceAll("'", "''")}'`;
}

/** A list of texts: a column of type text[]. `min` and `max`: how many, by a CHECK and the validator. */
export function Texts<N extends boolean = false>({
  min,
  max,
  ...common
}: ColumnOptions<string[], N> & Bounds = {}): ColumnDecorator<string[], N> {
  return columnOf(
    {
      column: { type: 'text', array: true },
      check: within({ min, max }, (column) => `cardinality(${column})`),
      rules: ({ ArrayMaxSize, ArrayMinSize, IsArray, IsString }) => [
        max !== undefined && ArrayMaxSize(max),
        min !== undefined && ArrayMinSize(min),
        IsString({ each: true }),
        IsArray(),
      ],
    },
    common,
  );
}

/** Yes or no: a column of type boolean. */
export function Flag<N extends boolean = false>(options: ColumnOptions<boolean, N> = {}): ColumnDecorator<boolean, N> {
  return columnOf({ column: { type: 'boolean' }, rules: ({ IsBoolean }) => [IsBoolean()] }, options);
}

/** A point in time: a column of type timestamptz, a Date. */
export function Moment<N extends boolean = false>(options: ColumnOptions<Date, N> = {}): ColumnDecorator<Date, N> {
  return columnOf({ column: { type: 'timestamptz' }, rules: ({ IsDate }) => [IsDate()] }, options);
}

/** A UUID that is no foreign key. */
export function Uuid<N extends boolean = false>(options: ColumnOptions<string, N> = {}): ColumnDecorator<string, N> {
  return columnOf({ column: { type: 'uuid' }, rules: ({ IsUUID }) => [IsUUID()] }, options);
}

/** An object of no fixed form: a column of type jsonb. */
export function Json<N extends boolean = false>(options: ColumnOptions<object, N> = {}): ColumnDecorator<object, N> {
  return columnOf({ column: { type: 'jsonb' }, rules: ({ IsObject }) => [IsObject()] }, options);
}

/** A list of no fixed form: a column of type jsonb. */
export function JsonList<N extends boolean = false>(
  options: ColumnOptions<unknown[], N> = {},
): ColumnDecorator<unknown[], N> {
  return columnOf({ column: { type: 'jsonb' }, rules: ({ IsArray }) => [IsArray()] }, options);
}

interface IntegerOptions<N extends boolean> extends ColumnOptions<number, N>, Bounds {
  /** The column's type. Default: integer. */
  type?: 'smallint' | 'integer';
}

/** A whole number. `min` and `max`: its bounds, by a CHECK and the validator. */
export function Integer<N extends boolean = false>({
  type = 'integer',
  min,
  max,
  ...common
}: IntegerOptions<N> = {}): ColumnDecorator<number, N> {
  return columnOf(
    {
      column: { type },
      check: within({ min, max }),
      rules: ({ IsInt, Max, Min }) => [max !== undefined && Max(max), min !== undefined && Min(min), IsInt()],
    },
    common,
  );
}

/** A number: a column of type double precision. `min` and `max`: its bounds, by a CHECK and the validator. */
export function Double<N extends boolean = false>({
  min,
  max,
  default: defaultValue,
  ...common
}: ColumnOptions<number, N> & Bounds = {}): ColumnDecorator<number, N> {
  return columnOf(
    {
      column: { type: 'double precision' },
      check: within({ min, max }),
      rules: ({ IsNumber, Max, Min }) => [max !== undefined && Max(max), min !== undefined && Min(min), IsNumber()],
    },
    // TypeORM writes the number as a text, and then finds that PostgreSQL's default is not its own.
    { ...common, default: typeof defaultValue === 'number' ? () => String(defaultValue) : defaultValue },
  );
}
