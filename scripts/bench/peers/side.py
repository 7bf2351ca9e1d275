"""The Python side of a case: `serve` answers each line read with the seconds of one measurement, at the end with the peak memory."""

import json
import resource
import sys
import time

request = json.loads(sys.argv[1])
size, threads = request["size"], request["threads"]


def answer(**values):
    print(json.dumps(values), flush=True)


def peak_bytes():
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def serve(library, run):
    """Warms up, says what computes, and measures `run` as often as it is asked to."""
    for _ in range(request["warmUps"]):
        run()
    answer(library=library)
    for _ in sys.stdin:
        start = time.perf_counter()
        run()
        answer(seconds=time.perf_counter() - start)
    answer(peakBytes=peak_bytes())
