"""bench.json as a page of text."""


def show(results):
    peers = results["peers"]
    machine = results["machine"]
    print(f"{machine['cpu']}, {machine['cores']} cores, {machine['system']}"
          + (" (quick: noisy)" if results["quick"] else ""))
    heading("Processor time a request, start-up taken out")
    for name, value in peers["ns_per_request"].items():
        line(name, f"{value:10.0f} ns {1e9 / value / 1e6:8.2f} million/s")
    heading("Ratios, round by round: median (least to most)")
    for name, ratio in peers["ratios"].items():
        line(name, f"{ratio['median']:10.2f}   ({ratio['min']:.2f} to "
             f"{ratio['max']:.2f})")
    for key, title in (
            ("outstanding", "heap, ns a request by requests outstanding"),
            ("two_at_active_limit",
             "... in two processes at their active limit"),
            ("processes", "heap, ns a request by processes of depth 4")):
        show_growth(title, results[key])
    heading("What a file costs, ns a request")
    for name, value in results["outputs"].items():
        line(name, f"{value:10.0f} ns")
    heading("Memory")
    for name, run in results["memory"]["runs"].items():
        line(f"{name}, {run['requests']:,} requests",
             f"{run['bytes'] / 2**20:10.0f} MiB")
    line("a request in flight",
         f"{results['memory']['bytes_per_request_in_flight']:10.0f} bytes")


def show_growth(title, growth):
    heading(title)
    first = next(iter(growth.values()))
    for name, value in growth.items():
        line(f"{int(name):,}", f"{value:10.0f} ns {value / first:8.2f} times "
             "the first")


def heading(text):
    print(f"\n{text}")


def line(name, text):
    print(f"  {name:46}{text}")
