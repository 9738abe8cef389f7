type Scalar = string | number | boolean | bigint | symbol | null | undefined;
type Id = string | number | bigint;

/** Name of an argument: a property of the method's argument object. */
export type ArgumentName<Args> = string & keyof Args;

/** Name of an argument that holds an id: a text or a number. */
export type IdArgument<Args> = {
  [Name in ArgumentName<Args>]: NonNullable<Args[Name]> extends Id ? Name : never;
}[ArgumentName<Args>];

/** Names and paths into the arguments: `'orderId'`, `'flights[].number'`, `'to[]'`. Four levels deep at most. */
export type ArgumentPath<T, Depth extends 0[] = []> = Depth['length'] extends 4
  ? never
  : T extends Scalar
    ? never
    : {
        [Name in keyof T & string]: Name | DeeperPath<Name, NonNullable<T[Name]>, [...Depth, 0]>;
      }[keyof T & string];

type DeeperPath<Name extends string, Value, Depth extends 0[]> = Value extends readonly (infer Element)[]
  ?
      | `${Name}[]`
      | (NonNullable<Element> extends Scalar ? never : `${Name}[].${ArgumentPath<NonNullable<Element>, Depth>}`)
  : Value extends Scalar
    ? never
    : `${Name}.${ArgumentPath<Value, Depth>}`;

/** Paths to numbers: `'amount'`, `'items[].price'`. */
export type NumberPath<T, Depth extends 0[] = []> = Depth['length'] extends 4
  ? never
  : T extends Scalar
    ? never
    : {
        [Name in keyof T & string]: NumbersAt<Name, NonNullable<T[Name]>, [...Depth, 0]>;
      }[keyof T & string];

type NumbersAt<Name extends string, Value, Depth extends 0[]> = Value extends number
  ? Name
  : Value extends readonly (infer Element)[]
    ? NonNullable<Element> extends number
      ? `${Name}[]`
      : NonNullable<Element> extends Scalar
        ? never
        : `${Name}[].${NumberPath<NonNullable<Element>, Depth>}`
    : Value extends Scalar
      ? never
      : `${Name}.${NumberPath<Value, Depth>}`;
