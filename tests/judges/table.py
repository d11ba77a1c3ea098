"""Prints for each operation how many requests succeeded of those that the document allows, and fails when one never did."""

import json
import sys

# With fewer requests than this nothing follows from none of them having succeeded.
ENOUGH = 5


def main(path):
    with open(path, encoding="utf-8") as file:
        told = json.load(file)
    counts, never = told["counts"], told["never"]
    away = counts.pop("away", [])
    for label, count in sorted(counts.items(), key=lambda pair: pair[0].split(" ", 1)[1]):
        share = 100 * count["good"] / count["allowed"] if count["allowed"] else 0
        statuses = " ".join(f"{status}:{number}" for status, number in sorted(count["statuses"].items()))
        print(f"{share:4.0f} % of {count['allowed']:5d}  {label:75s} {statuses}")
    calls, allowed, good = (sum(count[name] for count in counts.values()) for name in ("calls", "allowed", "good"))
    print(f"{calls} requests to {len(counts)} operations, {allowed} allowed by the document, {good} of them succeeded")
    failed = False
    for label, count in sorted(counts.items()):
        if count["good"] == 0 and label in never:
            print(f"never succeeded: {label}: {never[label]}")
        elif count["good"] == 0:
            print(f"never succeeded: {label}")
            failed = failed or count["allowed"] >= ENOUGH
        elif label in never:
            print(f"succeeded although it is said never to: {label}")
            failed = True
    for line in away[:10]:
        print(f"not prepared: {line}")
    return failed


sys.exit(main(sys.argv[1]))
