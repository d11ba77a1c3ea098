// What the bounds mean, in which unit they are written here, and what they may be.

const COUNT_MAX = 1_000_000_000;
const number = (name, text) => ({ name, text, min: 1, max: COUNT_MAX, unit: "" });
const time = (name, text, rest = {}) => ({ name, text, min: 1, unit: "ms", ...rest });

/** Those that all domains share. */
export const RUNTIME = [
  number(
    "in_flight_max",
    "Commands of all domains that are queued or running. Beyond it, commands are refused at once.",
  ),
  {
    name: "memory_bytes_max",
    text:
      "Memory for states and queued commands. Beyond it, unused entities leave memory and " +
      "those not in memory wait.",
    min: 1,
    unit: "bytes",
  },
  number(
    "loads_max",
    "Entities read from the journal at the same time, so that a restart is not followed by a stampede.",
  ),
  time("decide_report_after_ms", "A decision that computes for longer is reported."),
  time("decide_end_after_ms", "A decision that computes for longer ends the process; nothing else can stop it.", {
    above: "decide_report_after_ms",
  }),
];

/** Those of each domain. */
export const DOMAIN = [
  number("queue_depth_max", "Commands that may wait for one entity."),
  number("in_flight_max", "Commands of the domain that are queued or running."),
  number("active_max", "Entities that hold an actor at the same time. Beyond it, those with work wait their turn."),
  number("resident_max", "Entities in memory. Beyond it, those not used for longest leave."),
  time("hibernate_after_ms", "An idle entity gives up its actor after this."),
  time("passivate_after_ms", "It leaves memory after this.", { min: 0, above: "hibernate_after_ms" }),
  time("frozen_after_ms", "A batch that waits for the store for longer is given up, and its entity started again."),
];

/** What may be given, in words. */
export function bounds({ min, max, above, unit }) {
  const least = above ? `Not below ${above}` : `At least ${min}`;
  const most = max ? `, at most ${max.toLocaleString("en")}` : "";
  return `${least}${most}${unit ? `, in ${unit}` : ""}`;
}
