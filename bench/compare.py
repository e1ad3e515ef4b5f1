"""Measures several builds side by side, so that what else the machine does is the same for all.

    python3 bench/compare.py LOGINS BINARY...

Each build is copied first: how much of a program the system maps at once depends on how its file came to be. Every
round, each build makes one login, in an order by chance; CPU time is that of its whole process.
"""

import os, random, shutil, statistics, sys, tempfile, time

from login import Wire, free_port, login, memory, start, stop

STARTS = 7


def cpu_ms(process):
    return time.clock_gettime_ns((~process.pid << 3) | 2) / 1e6  # the clock that the kernel keeps for a process


def idle(binary, folder, port):
    """Start-up in ms and memory in MiB after the first answer, each the median of some starts on existing data."""
    stop(start(binary, folder, port)[0])
    seen = []
    for _ in range(STARTS):
        process, _, elapsed = start(binary, folder, port)
        seen.append((elapsed, memory(process.pid)))
        stop(process)
    return [statistics.median(column) for column in zip(*seen)]


def main(logins, binaries):
    with tempfile.TemporaryDirectory() as folder:
        running = []
        for number, binary in enumerate(binaries):
            copy, data = os.path.join(folder, str(number)), os.path.join(folder, f"data{number}")
            shutil.copy(binary, copy)
            rest = idle(copy, data, free_port())
            process, world, _ = start(copy, data, free_port())
            running.append((binary, rest, process, world, Wire(), [], []))
        for turn in range(20 + logins):
            for _, _, process, world, wire, cpu, took in random.sample(running, len(running)):
                before = cpu_ms(process)
                took.append(login(wire, world))
                cpu.append(cpu_ms(process) - before)
        for binary, (elapsed, resting), process, _, _, cpu, took in running:
            cpu, took, loaded = cpu[20:], took[20:], memory(process.pid)
            stop(process)
            print(binary)
            print(f"  start to first answer      {elapsed:6.0f} ms   (median of {STARTS})")
            print(f"  idle memory (RSS)          {resting:6.1f} MiB  (median of {STARTS})")
            print(f"  memory after {logins + 20:6} logins {loaded:6.1f} MiB")
            print(f"  CPU per login              {statistics.median(cpu):6.2f} ms   (median; mean {statistics.mean(cpu):.2f})")
            print(f"  our three answers          {statistics.median(took):6.2f} ms   (median)")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
