/** How a mention of a value in what the user said is found. */
export interface UserTextMatch {
  /** Values of fewer characters don't count. */
  readonly minLength: number;
}
