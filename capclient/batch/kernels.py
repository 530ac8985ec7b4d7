"""The kernel that runs a notebook: this Python, this machine only, the same surroundings every time.

Floor 8.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

KERNEL = "python3"
LONGEST_SOCKET = 100  # a Unix socket path holds 104 bytes on macOS, 108 on Linux


@contextmanager
def kernel_manager(variables: Mapping[str, str]) -> Iterator[type[AsyncKernelManager]]:
    """Give a class of kernel managers whose sockets and settings live in one short private folder."""
    base = tempfile.gettempdir()
    if os.name == "posix" and len(base) + len("/cc-xxxxxxxx/k-ipc-99") > LONGEST_SOCKET:
        base = "/tmp"
    with tempfile.TemporaryDirectory(prefix="cc-", dir=base, ignore_cleanup_errors=True) as folder:
        # IPython reads start-up files of the user, which may change anything: it gets an empty profile.
        settings = {**os.environ, **variables, "IPYTHONDIR": str(Path(folder, "ipython"))}

        class OwnKernelManager(AsyncKernelManager):
            """Kernels of this Python over Unix sockets: other users of the machine cannot connect."""

            def __init__(self, **kw: Any) -> None:
                super().__init__(**kw)
                self.connection_file = str(Path(folder, "k.json"))
                if os.name == "posix":
                    self.transport = "ipc"
                    self.ip = str(Path(folder, "k-ipc"))

            @property
            def kernel_spec(self) -> KernelSpec | None:
                """Return this interpreter for ``python3``: a spec in the user's home may name another."""
                if self.kernel_name != KERNEL:
                    return super().kernel_spec
                command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
                return KernelSpec(argv=command, language="python", display_name="Python 3")

            async def start_kernel(self, **kw: Any) -> None:  # type: ignore[override]
                """Start the kernel in its surroundings, its own chatter unheard."""
                quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
                await super().start_kernel(**{"env": settings, **quiet, **kw})

        yield OwnKernelManager
