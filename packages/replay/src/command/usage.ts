/** What --help prints. */
export const USAGE = `actguard-replay --agents FILE [options] PATH…
actguard-replay diff --before FILE --after FILE [options] PATH…

Makes recorded tool calls once more, through the guards of your agents, and says what they would
have refused. Nothing happens in the world: methods are replaced by what was recorded of them.

  PATH…, --traces PATH    recordings: files, or folders of .jsonl, .ndjson and .json files; .gz too
  --suite NAME[,NAME]     only traces of these suites
  --json FILE             write all results as JSON, to score them again
  --state trace|shared    a trace starts without state (default), or with that of those before it
  --tsconfig FILE         settings of TypeScript agents (default: the nearest tsconfig.json)
  -h, --help              print this
  --version               print the version

Replay:
  --agents FILE           TypeScript or JavaScript that exports @Agent() classes, or "suites"
  --html FILE             write a page with timelines of the traces of most interest
  --by-model              a row for each model
  --fail-on WHAT[,WHAT]   exit code 1 on "benign-refused": a call of a benign or unlabelled trace is
                          refused; "attack-passed": an attack that succeeded is not blocked,
                          exit code 2 if there is no attack to judge

Diff:
  --before FILE           the agents as they are
  --after FILE            the agents as they shall be

Exit code: 0; 1 if something of --fail-on occurred, or if a call newly passes; 2 on errors.
`;
