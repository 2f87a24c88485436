"""What every bench shares: figures with their bounds, a table, a results file."""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "acceptance"))


class Figures:
    """Collects figures; a limit of None is for information only."""

    def __init__(self, name):
        self.name, self.rows = name, []

    def add(self, name, value, unit, limit=None, at_least=False):
        holds = limit is None or (value >= limit if at_least else value <= limit)
        self.rows.append({"name": name, "value": round(value, 3), "unit": unit, "limit": limit, "holds": holds})

    def finish(self):
        """Prints the table, writes benches/results/NAME.json, and returns the exit code."""
        width = max(len(row["name"]) for row in self.rows)
        for row in self.rows:
            bound = "" if row["limit"] is None else "  limit %s  %s" % (row["limit"], "holds" if row["holds"] else "FAILS")
            print("%-*s %12.3f %-6s%s" % (width, row["name"], row["value"], row["unit"], bound))
        results = ROOT / "benches" / "results"
        results.mkdir(exist_ok=True)
        (results / (self.name + ".json")).write_text(json.dumps(self.rows, indent=1) + "\n")
        return 0 if all(row["holds"] for row in self.rows) else 1
