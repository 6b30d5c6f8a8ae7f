"""A network of its own, with public and private hosts that are all this process.

Nothing outside this machine is asked: the network has no way out. Making one wants a right that not
every machine gives.
"""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")
CLONE_NEWNET = 0x40000000
PUBLIC = "93.184.215.14"
PUBLIC_6 = "2606:2800:21f:cb07::14"
PRIVATE = ["10.0.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "198.18.0.1"]
PRIVATE_6 = ["fd00:ec2::254", "fec0::1", "64:ff9b::a00:1", "2002:a00:1::1"]
WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nwhole"
A, CNAME = 1, 5


@dataclass
class Outside:
    """The hosts.

    Attributes:
        reached: The addresses at which connections arrived.
        names: For each name its answers, in turn; the last is given again and again. An answer is
            an address or another name.
        asked: The names whose IPv4 address was looked up.
        answers: What a host sends to whoever connects, where that is not the file "whole".
    """

    threads: ThreadPoolExecutor
    reached: list[str] = field(default_factory=list)
    names: dict[str, list[str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    answers: dict[str, bytes] = field(default_factory=dict)

    def run(self, work: Callable[[], Result]) -> Result:
        """Do something inside this network."""
        return self.threads.submit(work).result(120)

    def serve(self, server: socket.socket) -> None:
        """Note who is reached, and answer."""
        with suppress(OSError):
            while True:
                connection, _ = server.accept()
                with connection, suppress(OSError):
                    host = connection.getsockname()[0]
                    self.reached.append(host)
                    connection.settimeout(60)
                    connection.recv(65536)
                    connection.sendall(self.answers.get(host, WHOLE))

    def name(self, server: socket.socket) -> None:
        """Be the name server of this network."""
        with suppress(OSError):
            while True:
                question, whom = server.recvfrom(4096)
                if not question:  # as a socket says that was shut down
                    return
                server.sendto(self.named(question), whom)

    def named(self, question: bytes) -> bytes:
        """The answer to one question, as RFC 1035 has it."""
        labels, at = [], 12
        while length := question[at]:
            labels.append(question[at + 1 : at + 1 + length].decode())
            at += 1 + length
        (kind,) = struct.unpack("!H", question[at + 1 : at + 3])
        name, records = ".".join(labels), []
        known = name in self.names
        if known and kind == A:
            self.asked.append(name)
            turns = self.names[name]
            answer = turns.pop(0) if len(turns) > 1 else turns[0]
            while answer in self.names:
                records.append(record(name, CNAME, wire(answer)))
                name, answer = answer, self.names[answer][0]
            records.append(record(name, A, ip_address(answer).packed))
        flags = 0x8180 if known else 0x8183
        head = question[:2] + struct.pack("!5H", flags, 1, len(records), 0, 0)
        return head + question[12 : at + 5] + b"".join(records)


def wire(name: str) -> bytes:
    """A name as it is sent."""
    return b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"


def record(name: str, kind: int, content: bytes) -> bytes:
    """A record that nobody keeps."""
    return wire(name) + struct.pack("!HHIH", kind, 1, 0, len(content)) + content


def separate() -> None:
    """Put this thread, and those that it starts, into a new network. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "a network of its own is not allowed here")


def name_servers() -> list[str]:
    """Whom this machine asks for names."""
    lines = Path("/etc/resolv.conf").read_text().splitlines()
    return [line.split()[1] for line in lines if line.startswith("nameserver")] or ["127.0.0.1"]


def build(outside: Outside, servers: ExitStack) -> None:
    """Give the hosts their addresses, and let them listen. Raises OSError."""
    separate()
    own = [host for host in name_servers() if not ip_address(host).is_loopback]
    commands = ["link set lo up"]
    for host in {PUBLIC, PUBLIC_6, *PRIVATE, *PRIVATE_6, *own}:
        length = "128 dev lo nodad" if ":" in host else "32 dev lo"
        commands.append(f"addr add {host}/{length}")
    batch = "\n".join(commands).encode()
    try:
        subprocess.run(["ip", "-batch", "-"], input=batch, check=True, capture_output=True)  # noqa: S607
    except subprocess.CalledProcessError as error:
        raise OSError(os.strerror(1), error.stderr.decode()) from error
    for family in (socket.AF_INET, socket.AF_INET6):
        web = socket.create_server(("", 80), family=family)
        name = socket.socket(family, socket.SOCK_DGRAM)
        if family == socket.AF_INET6:
            name.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        name.bind(("", 53))
        for server, work in ((web, outside.serve), (name, outside.name)):
            servers.callback(server.close)
            # A blocked call ends when its socket is shut down, not when it is closed.
            servers.callback(shut, server)
            threading.Thread(target=work, args=(server,), daemon=True).start()


def shut(server: socket.socket) -> None:
    """End whoever waits at a socket."""
    with suppress(OSError):
        server.shutdown(socket.SHUT_RDWR)


@contextmanager
def outside_network() -> Iterator[Outside]:
    """The hosts, while they are there. Raises OSError where this machine does not allow it."""
    with ThreadPoolExecutor(1) as threads, ExitStack() as servers:
        outside = Outside(threads)
        outside.run(lambda: build(outside, servers))
        yield outside
