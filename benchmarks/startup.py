"""CPU seconds of importing a module in a fresh process, best of five: `python benchmarks/startup.py MODULE`."""

from __future__ import annotations

import json
import subprocess
import sys

CODE = """
import resource
before = resource.getrusage(resource.RUSAGE_SELF)
import {module}
after = resource.getrusage(resource.RUSAGE_SELF)
print(after.ru_utime - before.ru_utime)
"""


def main(module: str) -> None:
    """Print the document."""
    runs = [
        subprocess.run([sys.executable, "-c", CODE.format(module=module)], capture_output=True, text=True, check=True)
    ]
    runs += [subprocess.run(runs[0].args, capture_output=True, text=True, check=True) for _ in range(4)]
    print(json.dumps({"module": module, "cpu_seconds": round(min(float(run.stdout) for run in runs), 3)}))


if __name__ == "__main__":
    main(sys.argv[1])
