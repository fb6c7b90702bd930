"""Started in a fresh interpreter: imports one module, and says what that cost.

argv: path entries …, module, and the event of a first request as JSON or "". Prints milliseconds,
modules loaded and MB of memory. It imports next to nothing before its clock runs.
"""

import sys
from time import perf_counter


def _import(name: str) -> object:
    module = __import__(name)
    for part in name.split(".")[1:]:
        module = getattr(module, part)
    return module


def _sdk(event: object) -> None:
    import boto3

    client = boto3.client("sqs")
    if event is not None:
        client.send_message(QueueUrl="http://127.0.0.1/000000000000/x", MessageBody="{}")


def _main() -> None:
    *path, module, call = sys.argv[1:]
    sys.path[:0] = path
    event: object = None
    if call:
        # Within Lambda the event is read by the runtime, so this does not count.
        import json

        event = json.loads(call)
    began = perf_counter()
    if module == "boto3":
        _sdk(event)
    else:
        handler = _import(module).handler  # type: ignore[attr-defined]
        if event is not None:
            answer = handler(event, None)
            if answer["statusCode"] != 202:
                sys.exit(f"the first request was answered {answer}")
    took = perf_counter() - began
    import resource

    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"{took * 1000:.3f} {len(sys.modules)} {rss:.1f}\n")


_main()
