"""How long importing pipekeras takes, against importing NumPy. Each import runs in a fresh interpreter.

Run: python benchmarks/import_time.py [rounds]
"""

import os
import statistics
import subprocess
import sys
import time

from _measure import verdict

LIMIT = 2.0
BARE = "pass"
CODE = ["import numpy", "import pipekeras", "from pipekeras import *"]
# An installed package has its bytecode beside it, as NumPy has here; a checkout gets it from the first, unmeasured run.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def seconds(code):
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, env=ENVIRONMENT)
    return time.perf_counter() - start


def main(rounds=25):
    times = {code: [] for code in [BARE, *CODE]}
    for code in times:
        seconds(code)  # compiles to bytecode, and brings the files into memory
    for _ in range(rounds):
        for code, measured in times.items():
            measured.append(seconds(code))
    bare = times.pop(BARE)
    start = statistics.median(bare) * 1e3
    print(f"milliseconds beyond a bare interpreter's {start:.0f}, medians of {rounds} processes:")
    own = {code: statistics.median(t - b for t, b in zip(ts, bare, strict=True)) for code, ts in times.items()}
    for code, time_taken in own.items():
        against = "" if code == CODE[0] else f"   {verdict(time_taken / own[CODE[0]], LIMIT, 'below')} x numpy"
        print(f"  {code:26s}{time_taken * 1e3:7.1f}{against}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
