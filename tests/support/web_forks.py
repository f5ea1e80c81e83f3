"""Serves the application of the examples from a forked process, and from another one when that was killed."""

from __future__ import annotations

import os
import socket

import uvicorn


def main() -> None:
    from leads.app import make  # noqa: PLC0415 - it is found where the tests of the application start this

    app = make()  # it opens the database when it starts to serve, each process for itself
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listening:
        print(listening.getsockname()[1], flush=True)
        while True:
            child = os.fork()
            if child == 0:
                # The socket is that of all processes: who knocks between two of them is let in by the next.
                uvicorn.Server(uvicorn.Config(app, log_level="critical")).run(sockets=[listening])
                os._exit(1)
            print(child, flush=True)
            _, status = os.waitpid(child, 0)
            if not os.WIFSIGNALED(status):
                raise SystemExit("the application ended by itself")


if __name__ == "__main__":
    main()
